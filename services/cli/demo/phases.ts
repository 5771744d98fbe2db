import type { Reporter } from '../../../infra/local/report.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import { CliFailure } from '../failure.ts';
import { channelName } from '../words.ts';
import { demoAnswers } from './answers.ts';
import type { Cast } from './people.ts';
import { actOnce, type Limits, readOn } from './persist.ts';
import { signAs } from './sign.ts';
import { channelLines, follow, step } from './story.ts';

export type Telling = { report: Reporter; limits: Limits };

export async function passGates(
  cast: Cast,
  read: () => Promise<ReleaseStatus>,
  { report, limits }: Telling,
): Promise<void> {
  const { bundleId, gates } = await readOn(read, limits);
  for (const { gate, name } of gates) {
    await step(report, `审签 ${name.zh} ${gate}`, async () => {
      const reviewer = cast.reviewerOf(gate);
      let answered = 0;
      const signed = await actOnce(
        async () => {
          const { seal } = await readOn(read, limits);
          const { findings } = await readOn(() => reviewer.api.findings(bundleId), limits);
          answered = demoAnswers(gate, findings).length;
          return signAs(reviewer, { bundleId, gate, seal, findings });
        },
        {
          ...limits,
          status: read,
          done: (status) => status.gates.some((each) => each.gate === gate && each.state === 'signed'),
        },
      );
      const answers = answered > 0 ? `，书面答复 ${answered} 条 ${answered} warnings answered` : '';
      return [signed, `${reviewer.name}（${reviewer.office}）${answers}`];
    });
  }
}

export const stuckBeforeRelease = ['returned', 'held', 'rolled-back', 'withdrawing', 'withdrawn'];

export async function awaitReadiness(read: () => Promise<ReleaseStatus>, { report, limits }: Telling): Promise<void> {
  report.line('预置 prepare: 各渠道生成最终成品，读者看不到 every channel makes its final objects, unseen');
  const lines = channelLines(report, 'ready', () => '');
  try {
    const status = await follow(read, {
      ...limits,
      show: lines.show,
      ended: ({ state, channels }) =>
        state === 'prepared' || stuckBeforeRelease.includes(state) || channels.some((each) => each.state === 'refused'),
    });
    if (status.state !== 'prepared') throw notReady(status);
  } finally {
    lines.close('没有就绪 not ready');
  }
}

export const ends = ['released', 'partly-released', 'rolled-back', 'held', 'withdrawing', 'withdrawn'];
/** A channel that cannot say what it did may still find out. */
const UNKNOWN_FOR_MS = 60_000;

export async function awaitRelease(
  read: () => Promise<ReleaseStatus>,
  { plan }: ReleaseStatus,
  { report, limits }: Telling,
): Promise<ReleaseStatus> {
  const t0 = plan ? Date.parse(plan.t0) : Date.now();
  const countdown = report.step('定时 T0');
  const lines = channelLines(report, 'verified', ({ liveAt, url }) =>
    [liveAt && `上线 live T0+${Date.parse(liveAt) - t0} ms`, url].filter(Boolean).join('  '),
  );
  let counting = true;
  let unknownSince: number | undefined;
  try {
    return await follow(read, {
      ...limits,
      show(status) {
        if (counting && status.committedAt === null) {
          countdown.progress(`还有 ${Math.max(0, (t0 - Date.now()) / 1000).toFixed(1)} s to go`);
          return;
        }
        if (counting && status.committedAt !== null)
          countdown.done(`提交 committed T0+${Date.parse(status.committedAt) - t0} ms`);
        counting = false;
        lines.show(status);
      },
      ended({ state }) {
        if (state !== 'outcome-unknown') unknownSince = undefined;
        else unknownSince ??= Date.now();
        return ends.includes(state) || Date.now() - (unknownSince ?? Infinity) > UNKNOWN_FOR_MS;
      },
    });
  } finally {
    if (counting) countdown.failed('没有提交 not committed');
    lines.close('没有核验 not verified');
  }
}

const notReady = ({ bundleId, state, channels, blockers }: ReleaseStatus) => {
  const refused = channels.filter((each) => each.state === 'refused');
  return new CliFailure({
    type: 'ChannelRefused',
    message: {
      zh: `没有到待签发（${state}）：${[...refused.map(({ channel, detail }) => `${channelName[channel]} ${detail?.zh ?? ''}`), ...blockers.map(({ zh }) => zh)].join('；')}`,
      en: `Not ready to be armed (${state}): ${[...refused.map(({ channel, detail }) => `${channel} ${detail?.en ?? ''}`), ...blockers.map(({ en }) => en)].join('; ')}`,
    },
    where: bundleId,
  });
};
