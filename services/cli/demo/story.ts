import { setTimeout as sleep } from 'node:timers/promises';
import type { Reporter, Step } from '../../../infra/local/report.ts';
import type { Channel } from '../../../schemas/bundle.ts';
import type { ChannelStatus, ReleaseState, ReleaseStatus } from '../../../schemas/release.ts';
import { CliFailure } from '../failure.ts';
import { channelName, channelStateName, stateName } from '../words.ts';
import { type Limits, readOn } from './persist.ts';

const LOOK_EVERY_MS = 200;

/** One line per channel that moves while its channel does, and stays once it has got where it should. */
export function channelLines(report: Reporter, goal: ChannelStatus['state'], tell: (channel: ChannelStatus) => string) {
  const lines = new Map<Channel, Step>();
  const open = new Set<Channel>();
  return {
    show({ channels }: ReleaseStatus): void {
      for (const status of channels) {
        const { channel, state, detail } = status;
        let line = lines.get(channel);
        if (!line) {
          line = report.step(`  ${channelName[channel]} ${channel}`);
          lines.set(channel, line);
          open.add(channel);
        }
        if (!open.has(channel)) continue;
        if (state === goal) line.done(`${channelStateName[state]} ${state}  ${tell(status)}`);
        else if (state === 'refused' || state === 'unknown') {
          line.failed(`${channelStateName[state]} ${state}${detail ? `: ${detail.zh} ${detail.en}` : ''}`);
        } else {
          line.progress(`${channelStateName[state]} ${state}`);
          continue;
        }
        open.delete(channel);
      }
    },
    /** Closes what is still open: the wait is over. */
    close(reason: string): void {
      for (const channel of open) lines.get(channel)?.failed(reason);
      open.clear();
    },
  };
}

/**
 * Looks at the bundle until `ended` says so. Where `ended` never comes true in time, the failure names the state in
 * which it stands and what is in its way.
 */
export async function follow(
  read: () => Promise<ReleaseStatus>,
  options: Limits & { ended: (status: ReleaseStatus) => boolean; show: (status: ReleaseStatus) => void },
): Promise<ReleaseStatus> {
  for (;;) {
    const status = await readOn(read, options);
    options.show(status);
    if (options.ended(status)) return status;
    if (Date.now() > options.until) throw tooLong(status);
    await sleep(LOOK_EVERY_MS, undefined, { signal: options.signal });
  }
}

const tooLong = ({ bundleId, state, blockers }: ReleaseStatus) =>
  new CliFailure({
    type: 'DependencyDown',
    message: {
      zh: `等得太久：一直停在“${stateName[state as ReleaseState]}”。${blockers.map(({ zh }) => zh).join('；')}`,
      en: `It took too long: still ${state}. ${blockers.map(({ en }) => en).join('; ')}`,
    },
    where: bundleId,
    mend: {
      zh: '用 lockstep doctor 检查各项服务，再用 lockstep release status 查看这个政策包。',
      en: 'Look at the services with lockstep doctor, then at this bundle with lockstep release status.',
    },
  });

/** One line of the story, closed whichever way `work` ends; its second result is what the line says. */
export async function step<T>(
  report: Reporter,
  title: string,
  work: (progress: Step['progress']) => Promise<readonly [T, string]>,
): Promise<T> {
  const line = report.step(title);
  try {
    const [result, told] = await work((doing, fraction) => line.progress(doing, fraction));
    line.done(told);
    return result;
  } catch (error) {
    line.failed(error instanceof CliFailure ? error.refusal.message.zh : '');
    throw error;
  }
}
