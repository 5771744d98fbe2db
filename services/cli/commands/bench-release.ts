import { resolve } from 'node:path';
import { z } from 'zod';
import { startBareUpdates } from '../../../infra/bench/bare-update.ts';
import { inParallel } from '../../../infra/bench/in-parallel.ts';
import { machine } from '../../../infra/bench/machine.ts';
import { ITEMS_PER_NOTICE } from '../../../infra/bench/notices.ts';
import { measureSymlinkFloor } from '../../../infra/bench/symlink-floor.ts';
import { writeReport } from '../../../infra/cli-io/report-file.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { createReporter } from '../../../infra/local/report.ts';
import { localServices } from '../../../infra/local/services-here.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { ReleaseBench } from '../../../schemas/bench.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { approveAll } from '../bench/approvals.ts';
import { goTogether } from '../bench/go-together.ts';
import { releaseBudgets } from '../bench/release-budgets.ts';
import { type BundleOutcome, releaseFigures } from '../bench/release-figures.ts';
import { releaseMarkdown, releaseTables } from '../bench/release-report.ts';
import { medianOf } from '../bench/statistics.ts';
import { type SubmittedBundle, submitAll } from '../bench/submit-all.ts';
import { findSystem } from '../connection.ts';
import { gatherCast } from '../demo/people.ts';
import { step } from '../demo/story.ts';
import { notRunning, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';

const Options = z.object({
  bundles: z.coerce.number().pipe(z.int().min(1).max(1_000)),
  concurrency: z.coerce.number().pipe(z.int().min(1).max(256)),
  lead: z.coerce.number().min(1).max(3_600),
  out: z.string().min(1).optional(),
  markdown: z.string().min(1).optional(),
});

const FLOOR_RUNS = 5;
/** For everything; preparing a bundle takes some seconds on a small machine. */
const WITHIN_MS = { base: 10 * 60_000, perBundle: 10_000 };

/**
 * Measures a release of many bundles at one T0 on the running system, with its demo people, and beside it, in the same
 * run, what a bare Update and a plain file server take. A budget that is missed is a figure, not a failure: it ends 1
 * only where a bundle was not released.
 */
export async function benchRelease(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { bundles: count, concurrency, lead, out, markdown } = Options.parse(rawOptions);
  const { dataDir, configDir, known, signal, stderr, environment } = invocation;
  const at = new Date().toISOString();
  const measuredOn = machine(); // before the load of our own
  const report = createReporter(stderr);
  const limits = { until: Date.now() + WITHIN_MS.base + count * WITHIN_MS.perBundle, signal };
  const office = await loadOfficeConfig(configDir);
  const channels = office.channels.channels.filter(({ installed }) => installed).map(({ id }) => id);
  const { apiUrl, websiteUrl } = await findSystem(known, dataDir);
  if (websiteUrl === undefined) throw notRunning('website');
  const services = await localServices(dataDir, environment);
  if (services.temporal.address === undefined) throw temporalUnknown;
  const cast = await gatherCast({ people: office.people, dataDir, apiUrl, signal });
  const auditor = await invocation.connect('read');

  const submitted = await step(report, `送审 submit ${count} × ${ITEMS_PER_NOTICE}`, async (progress) => [
    await submitAll(cast, { count, channels, progress: (done) => progress('', done) }),
    channels.join(', '),
  ]);
  const gates = (await cast.drafter.api.status(submitted[0]?.bundleId ?? '')).gates.map(({ gate }) => gate);
  const temporal = { address: services.temporal.address, namespace: services.temporal.namespace };
  await using bare = await startBareUpdates(temporal, { workflows: count, updatesEach: gates.length });
  const approvals = await step(report, `审签 sign, ${concurrency} at once`, async (progress) => {
    const measured = await approveAll(cast, submitted, gates, {
      bare,
      concurrency,
      progress: (done) => progress('', done),
    });
    return [measured, `${measured.perSecond.toFixed(0)}/s; bare Updates ${measured.barePerSecond.toFixed(0)}/s`];
  });
  const gone = await step(report, '同一时刻发布 release at one T0', async (progress) => [
    await goTogether(cast, submitted, { websiteUrl, leadMs: lead * 1_000, limits, progress }),
    '',
  ]);
  const outcomes = await inParallel(submitted, 4, async ({ bundleId }): Promise<BundleOutcome> => {
    const { releases, receipts } = await auditor.evidence(bundleId);
    return { bundleId, released: gone.states.get(bundleId) === 'released', committed: releases[0] ?? null, receipts };
  });
  const floor = await step(report, '符号链接下限 symlink floor', async () => {
    const times = await measureSymlinkFloor(await pagesOf(submitted[0], websiteUrl), {
      directories: count,
      runs: FLOOR_RUNS,
    });
    return [times, `${Math.round(medianOf(times))} ms`];
  });

  const pages = submitted.reduce((total, bundle) => total + bundle.pages.length, 0);
  const measured = {
    release: {
      bundles: count,
      itemsEach: ITEMS_PER_NOTICE,
      t0: gone.t0,
      ...releaseFigures(outcomes, channels, gone.verdict && { verdict: gone.verdict, pages }),
    },
    floor: {
      directories: count,
      files: pages,
      runs: floor.length,
      medianMs: medianOf(floor),
      fastestMs: Math.min(...floor),
    },
    approvals,
  };
  const result = ReleaseBench.parse({
    bench: 'release',
    at,
    versions: {
      lockstep: packageFile.version,
      node: process.versions.node,
      temporal: bare.serverVersion,
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

/** The very bytes that the site shows: what the floor serves is as long. */
async function pagesOf(bundle: SubmittedBundle | undefined, websiteUrl: string): Promise<Uint8Array[]> {
  const urls = bundle?.pages.map((page) => `${websiteUrl}/policies/${bundle.bundleId}/${page}`) ?? [];
  return Promise.all(urls.map(async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())));
}

const temporalUnknown = usage(
  { zh: '不知道 Temporal 的地址。', en: 'The address of Temporal is not known.' },
  {
    zh: '测量用 npm start 启动的系统，或者设 LOCKSTEP_TEMPORAL_ADDRESS。',
    en: 'Measure the system that npm start runs, or set LOCKSTEP_TEMPORAL_ADDRESS.',
  },
);
