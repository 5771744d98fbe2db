import { loadOfficeConfig } from '../../../infra/config/office.ts';
import type { Reporter } from '../../../infra/local/report.ts';
import type { Manifest } from '../../../schemas/bundle.ts';
import type { Finding } from '../../../schemas/finding.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import { packBundle, readCheckedBundle } from '../bundle-zip.ts';
import { findSystem, type KnownAddresses } from '../connection.ts';
import { CliFailure, notRunning } from '../failure.ts';
import type { ProbeVerdict } from '../prober/messages.ts';
import { sitePages, startProber } from '../prober/start.ts';
import { beijingTime, channelName } from '../words.ts';
import { copyForDemo } from './copy.ts';
import { type DemoOutcome, demoOutcome } from './outcome.ts';
import { gatherCast } from './people.ts';
import { actOnce, type Limits, readOn } from './persist.ts';
import { awaitReadiness, awaitRelease, passGates } from './phases.ts';
import { step } from './story.ts';

export type DemoOptions = {
  /** Bundle directory or .zip. */
  path: string;
  /** Data directory of the running system: the demo people's tokens are in it. */
  dataDir: string;
  configDir: string | undefined;
  known: KnownAddresses;
  report: Reporter;
  signal: AbortSignal;
  /** From arming to T0. */
  leadMs?: number;
  /** For the whole demo; a worker that is restarted takes its time. */
  withinMs?: number;
};

const PROBE_EVERY_MS = 10;
/** The public pages are looked at a while longer, so that what vanishes again is seen too. */
const LOOK_ON_MS = 500;

/**
 * The main job with demo people, against a running system: submit, four signatures, prepared, armed, public at T0,
 * verified; with a prober beside it that sees only what the public sees. Throws `CliFailure` where it cannot come to a
 * release; a release that went wrong is an outcome.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { report, signal, known, dataDir, leadMs = 3_000, withinMs = 8 * 60_000 } = options;
  const limits: Limits = { until: Date.now() + withinMs, signal };
  const office = await loadOfficeConfig(options.configDir);
  const bundle = await readCheckedBundle(options.path);
  const installed = office.channels.channels.filter((channel) => channel.installed).map(({ id }) => id);
  const { manifest, channels, leftOut } = copyForDemo(bundle.manifest, installed);
  const system = await findSystem(known, dataDir);
  if (system.websiteUrl === undefined) throw notRunning('website');
  const cast = await gatherCast({ people: office.people, dataDir, apiUrl: system.apiUrl, signal });

  report.line(`${manifest.title}${manifest.documentNumber ? `  ${manifest.documentNumber}` : ''}`);
  report.line(`演示用新编号 under a new id, so that it can be run again: ${manifest.bundleId}`);
  for (const channel of leftOut)
    report.line(`  ${channelName[channel]} ${channel}: 还没有安装，略过 not installed yet, left out`);
  for (const { message } of bundle.notes) report.line(`  ${message.zh} ${message.en}`);

  const read = () => cast.drafter.api.status(manifest.bundleId);
  const zip = await packBundle({ manifest, parts: bundle.parts });
  let findings: Finding[] = [];
  await step(report, '送审 submit', async () => {
    const submitted = await actOnce(
      async () => {
        findings = (await cast.drafter.api.submit(zip, { channels })).findings;
        return readOn(read, limits);
      },
      { ...limits, status: read, done: () => true },
    );
    return [submitted, `${cast.drafter.name}  封签 seal ${submitted.seal.slice(0, 16)}…`];
  });
  if (findings.some(({ severity }) => severity === 'error')) throw cannotBeSigned(manifest.bundleId, findings);
  await passGates(cast, read, { report, limits });
  await awaitReadiness(read, { report, limits });

  const pages = await sitePages(system.websiteUrl, manifest.bundleId, publicInterpretations(manifest));
  if (pages.length === 0) throw notRunning(system.websiteUrl);
  const followersUrl = system.wechatUrl && channels.includes('wechat') ? `${system.wechatUrl}/followers` : null;
  await using prober = startProber({ pages, followersUrl, intervalMs: PROBE_EVERY_MS });
  await step(report, '旁观探针 prober', async () => {
    await within(prober.watching, 60_000, 'prober');
    return [
      undefined,
      `独立进程，盯 ${pages.length} 个公开地址 a process of its own, watching ${pages.length} public addresses`,
    ];
  });

  const armed = await step(report, '签发 arm', async () => {
    const status = await actOnce(
      async () => {
        const { seal } = await readOn(read, limits);
        // Anew for each try: an instant that passed meanwhile would be refused.
        return cast.leader.api.arm(manifest.bundleId, { seal, t0: new Date(Date.now() + leadMs).toISOString() });
      },
      { ...limits, status: read, done: ({ plan }) => plan !== null },
    );
    return [
      status,
      `${cast.leader.name}  T0 ${status.plan ? beijingTime(status.plan.t0, { milliseconds: true }) : ''}`,
    ];
  });
  const final = await awaitRelease(read, armed, { report, limits });
  await new Promise((resolve) => setTimeout(resolve, LOOK_ON_MS));
  const postUrl = followersUrl && (final.channels.find(({ channel }) => channel === 'wechat')?.url ?? null);
  const verdict = await prober.verdict(postUrl);
  tellVerdict(report, verdict, final);
  return demoOutcome(final, verdict);
}

function tellVerdict(report: Reporter, verdict: ProbeVerdict | null, { committedAt }: ReleaseStatus): void {
  if (!verdict) return;
  const { samples, tornWindowMs, earliestVisibleAt } = verdict;
  const after =
    earliestVisibleAt !== null && committedAt !== null ? Math.round(earliestVisibleAt - Date.parse(committedAt)) : null;
  report.line(
    `旁观 prober: ${samples} 次查看 looks；最早公开于提交后 first public ${after ?? '–'} ms after commit；` +
      `只公开了一部分的时间 torn window ${Math.ceil(tornWindowMs)} ms`,
  );
}

/** The gates would refuse one by one; all that has to be mended is told at once. */
const cannotBeSigned = (bundleId: string, findings: Finding[]) =>
  new CliFailure({
    type: 'FindingsBlock',
    message: {
      zh: '有“必须改”的检查意见，审核人不能签。',
      en: 'Findings of severity error stand: no reviewer can sign.',
    },
    where: bundleId,
    mend: { zh: '按检查意见修改后再送审。', en: 'Mend what the findings name, and submit again.' },
    findings,
  });

const publicInterpretations = ({ items }: Manifest): string[] =>
  items.filter(({ role, public: isPublic }) => role === 'interpretation-material' && isPublic).map(({ id }) => id);

async function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(notRunning(what)), ms);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
