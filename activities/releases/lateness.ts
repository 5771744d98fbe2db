import type { Channel } from '../../schemas/bundle.ts';
import { eventId } from '../../schemas/event-id.ts';
import type { Bilingual, Instant } from '../../schemas/text.ts';
import type { CoreStore, Release } from '../ports/core-store.ts';
import type { Sealed } from './types.ts';

/** RELIABILITY I25, with all dependencies healthy: ms after T0. Of channels beside the website the order is what we can keep. */
const budgets = { commit: 1_000, website: 2_000, order: 5_000 } as const;

type Step = { what: keyof typeof budgets; name: Bilingual; at: Instant };
type Store = Pick<CoreStore, 'releases' | 'receipts' | 'addNotice'>;

/**
 * Keeps a notice `release-late` for each step of a release that came after its budget, once. Its detail is the way from T0
 * to that step, so that it says which part took the time: the core (commit), Kafka or an earlier wave (order), the site.
 */
async function tellLate(store: Store, sealed: Sealed, release: Release, steps: readonly Step[]): Promise<void> {
  const after = ({ at }: Step) => Date.parse(at) - Date.parse(release.t0);
  for (const [index, step] of steps.entries()) {
    if (after(step) <= budgets[step.what]) continue;
    const way = steps.slice(0, index + 1);
    const told = (language: keyof Bilingual) =>
      way.map((each) => `${each.name[language]} T0+${after(each)} ms`).join(language === 'zh' ? '，' : ', ');
    const detail = {
      zh: `发布晚于限度（${step.name.zh}应在 T0+${budgets[step.what]} ms 内）：${told('zh')}`,
      en: `Released late (${step.name.en} is due by T0+${budgets[step.what]} ms): ${told('en')}`,
    };
    const noticeId = eventId('release-late', release.releaseId, step.what, step.name.en);
    await store.addNotice(noticeId, sealed, { kind: 'release-late', gate: null, detail, after: 0 });
  }
}

const commit = ({ committedAt }: Release): Step => ({
  what: 'commit',
  name: { zh: '提交', en: 'commit' },
  at: committedAt,
});

/** After channels were told to go, at `at` by the database's clock. */
export async function tellLateOrder(store: Store, sealed: Sealed, channels: readonly Channel[], at: Instant) {
  const release = await releaseOf(store, sealed);
  if (!release) return;
  const others = channels.filter((channel) => channel !== 'website').join(', ');
  const order: Step = { what: 'order', name: { zh: `${others} 下令`, en: `order to ${others}` }, at };
  await tellLate(store, sealed, release, others ? [commit(release), order] : [commit(release)]);
}

/** Whether anything can be late that is known right behind the commit: the website is timed once it was read back. */
export const mayBeLate = (t0: Instant, committedAt: Instant, channels: readonly Channel[]): boolean =>
  Date.parse(committedAt) - Date.parse(t0) > budgets.commit || channels.some((channel) => channel !== 'website');

/** Once the website was read back. */
export async function tellLateWebsite(store: Store, sealed: Sealed): Promise<void> {
  const release = await releaseOf(store, sealed);
  if (!release) return;
  const live = (await store.receipts(sealed.bundleId)).find(
    ({ releaseId, channel, state }) => releaseId === release.releaseId && channel === 'website' && state === 'live',
  );
  if (!live) return;
  const website: Step = { what: 'website', name: { zh: '网站可见', en: 'website visible' }, at: live.at };
  await tellLate(store, sealed, release, [commit(release), website]);
}

const releaseOf = async (store: Store, { bundleId, revision }: Sealed) =>
  (await store.releases(bundleId)).find((release) => release.revision === revision);
