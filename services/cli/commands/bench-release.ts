import { resolve } from 'node:path';
import { z } from 'zod';
import { startBareUpdates } from '../../../infra/bench/bare-update.ts';
import { callsBegun } from '../../../infra/bench/calls-begun.ts';
import { machine } from '../../../infra/bench/machine.ts';
import { scratchDatabase } from '../../../infra/bench/scratch.ts';
import { writeReport } from '../../../infra/cli-io/report-file.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { createReporter } from '../../../infra/local/report.ts';
import { localProcesses, localServices } from '../../../infra/local/services-here.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { ReleaseBench } from '../../../schemas/bench.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { measureAccounts } from '../bench/measure-accounts.ts';
import { measureRelease } from '../bench/measure-release.ts';
import { releaseBudgets } from '../bench/release-budgets.ts';
import { releaseMarkdown, releaseTables } from '../bench/release-report.ts';
import { findSystem } from '../connection.ts';
import { gatherCast } from '../demo/people.ts';
import { step } from '../demo/story.ts';
import { notRunning, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';

const Options = z.object({
  bundles: z.coerce.number().pipe(z.int().min(1).max(1_000)),
  concurrency: z.coerce.number().pipe(z.int().min(1).max(256)),
  lead: z.coerce.number().min(1).max(3_600),
  accounts: z
    .string()
    .transform((text) => (text === 'none' ? [] : text.split(',').map(Number)))
    .pipe(z.array(z.int().min(1).max(10_000))),
  out: z.string().min(1).optional(),
  markdown: z.string().min(1).optional(),
});

/** For everything up to verified; preparing a bundle takes some seconds on a small machine. */
const WITHIN_MS = { base: 10 * 60_000, perBundle: 10_000 };

/**
 * Measures a release of many bundles at one T0 on the running system, with its demo people, and beside it, in the same
 * run, what a bare Update and a plain file server take. A budget that is missed is a figure, not a failure: it ends 1
 * only where a bundle was not released.
 */
export async function benchRelease(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { bundles: count, concurrency, lead, accounts: counts, out, markdown } = Options.parse(rawOptions);
  const { dataDir, configDir, known, signal, stderr, environment } = invocation;
  const at = new Date().toISOString();
  const measuredOn = machine(); // before the load of our own
  const report = createReporter(stderr);
  const office = await loadOfficeConfig(configDir);
  const { apiUrl, websiteUrl } = await findSystem(known, dataDir);
  if (websiteUrl === undefined) throw notRunning('website');
  const services = await localServices(dataDir, environment);
  const { address, namespace } = services.temporal;
  if (address === undefined || services.postgres.adminUrl === undefined) throw servicesUnknown;
  const { adminUrl } = services.postgres;

  const { temporalVersion, ...release } = await measureRelease({
    cast: await gatherCast({ people: office.people, dataDir, apiUrl, signal }),
    auditor: await invocation.connect('read'),
    websiteUrl,
    channels: office.channels.channels.filter(({ installed }) => installed).map(({ id }) => id),
    count,
    concurrency,
    leadMs: lead * 1_000,
    processes: [...(await localProcesses(dataDir)), { name: '测量 bench, prober', pid: process.pid }],
    callsOf: (releases) =>
      callsBegun(adminUrl, releases).catch((error: unknown) => {
        stderr.write(`读不到渠道的调用记录 the channels’ records of their calls cannot be read: ${error}\n`);
        return []; // a row that is not measured, after all that was
      }),
    startBare: (size) => startBareUpdates({ address, namespace }, size),
    limits: { until: Date.now() + WITHIN_MS.base + count * WITHIN_MS.perBundle, signal },
    report,
  });
  const accounts = await step(report, '公众号 accounts', async (progress) => {
    if (counts.length === 0) return [null, '略过 left out'];
    await using database = await scratchDatabase(adminUrl);
    const databaseUrl = database.url;
    const temporal = { address, namespace };
    return [await measureAccounts({ temporal, databaseUrl, counts, repeatsBelow100: 5, progress }), counts.join(', ')];
  });

  const measured = { ...release, accounts };
  const result = ReleaseBench.parse({
    bench: 'release',
    at,
    versions: {
      lockstep: packageFile.version,
      node: process.versions.node,
      temporal: temporalVersion,
      kafka: services.kafka.version,
      postgres: services.postgres.version,
    },
    machine: measuredOn,
    ...measured,
    budgets: releaseBudgets(measured),
  });
  const write = async (path: string, content: string) => {
    await writeReport(resolve(invocation.cwd, path), content);
    stderr.write(`已写入 written: ${path}\n`);
  };
  if (out !== undefined) await write(out, `${JSON.stringify(result, null, 2)}\n`);
  if (markdown !== undefined) await write(markdown, releaseMarkdown(result));
  invocation.print(result, releaseTables(result));
  return result.release.released === count ? ExitCode.ok : ExitCode.failed;
}

const servicesUnknown = usage(
  { zh: '不知道 Temporal 或 PostgreSQL 的地址。', en: 'The address of Temporal or of PostgreSQL is not known.' },
  {
    zh: '测量用 npm start 启动的系统，或者设 LOCKSTEP_TEMPORAL_ADDRESS 和 LOCKSTEP_POSTGRES_URL。',
    en: 'Measure the system that npm start runs, or set LOCKSTEP_TEMPORAL_ADDRESS and LOCKSTEP_POSTGRES_URL.',
  },
);
