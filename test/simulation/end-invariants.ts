import type { BundleId } from '../../schemas/bundle.ts';
import type { Day } from '../../schemas/text.ts';
import { type Ledger, lastOf, type Rows, short } from './ledger.ts';
import type { Look } from './reader.ts';

/** What people were told was decided, and what the bus carried of each bundle's states, in its order. */
export type Told = {
  decided: { bundleId: BundleId; revision: number; gate: string; reviewerId: string; decision: string }[];
  announced: { bundleId: string; transition: number; state: string }[];
  /** Bundles whose workflow was ended or lost, and begun anew from the rows. */
  rebuilt: readonly string[];
  /** Bundles of whose workflow a task was lost. */
  strayed: readonly string[];
  /** Whether a post on WeChat was read whole where its readers do. */
  wasRead: (articleId: string) => boolean;
  /** What reconcile finds at the end, as `kind bundle channel`; null where it was not asked. */
  differences: string[] | null;
  /** The day in Shanghai. */
  today: Day;
};

const isOut = ['releasing', 'verifying', 'released', 'partly-released', 'outcome-unknown'];

/** What must be true once everything has come to rest: I8, I11, I13, I14, I17, I18, and groups that end together. */
export const endInvariants = ({ mustHold, seen, first, plan }: Ledger) =>
  function check(look: Look, rows: Rows, { decided, announced, rebuilt, strayed, wasRead, differences }: Told): void {
    for (const { bundleId, revision, gate, reviewerId, decision } of decided) {
      const row = rows.decisions.find(
        (one) => one.bundleId === bundleId && one.revision === revision && one.decision.gate === gate,
      )?.decision;
      const kept = row?.reviewerId === reviewerId && row.decision === decision;
      mustHold(
        kept,
        () => `I8 linear decisions: ${reviewerId} was told that ${gate} of ${short(bundleId)} is ${decision}`,
      );
    }
    for (const { bundleId, channel, state, url } of rows.receipts) {
      if (channel !== 'wechat' || state !== 'verified' || !url) continue;
      const [, articleId = ''] = /\/s\/(.+)-\d+$/.exec(url) ?? [];
      mustHold(wasRead(articleId), () => `I11 honest state: ${articleId} of ${short(bundleId)} was never read whole`);
    }
    const expected = new Set<string>();
    for (const { bundleId, channels } of plan.bundles) {
      checkStates(bundleId);
      const last = lastOf(rows, bundleId);
      const release = rows.releases.findLast((row) => row.bundleId === bundleId);
      const word = rows.revisions.find((row) => row.bundleId === bundleId && row.revision === release?.revision)?.word;
      const page = look.site.pages.get(bundleId)?.policy.status;
      const post = look.posts.find(({ articles }) => articles.some(({ title }) => word && title.includes(word)));
      const shows = { website: page === 200, wechat: post !== undefined };
      const taken = look.taken.has(first.get(`post ${word}`) ?? '');
      const is = `${short(bundleId)} is ${last?.state ?? 'nowhere'}`;
      for (const channel of ['website', 'wechat'] as const) {
        if (!channels.some((one) => one.channel === channel)) continue;
        const out = last !== undefined && isOut.includes(last.state);
        mustHold(out || !shows[channel], () => `I18 declared policy: ${is}, and ${channel} shows it`);
        if (!out || !release) continue;
        const word = rows.receipts.findLast(
          (receipt) =>
            receipt.releaseId === release.releaseId && receipt.channel === channel && receipt.state !== 'ready',
        );
        if (channel === 'wechat' && taken) {
          const confirmed = word?.state === 'verified' || word?.state === 'live';
          if (confirmed) expected.add(`${post ? 'altered' : 'not-public'} ${bundleId} wechat`);
          continue;
        }
        const whole = shows[channel] || last.state !== 'released';
        mustHold(whole, () => `I18 declared policy: ${is}, and ${channel} does not show it`);
        const honest = word?.state !== 'refused' || !shows[channel];
        mustHold(honest, () => `I11 honest state: ${channel} says refused of ${short(bundleId)}, and shows it`);
      }
      if (release?.groupId && last?.state === 'rolled-back' && last.revision === release.revision) checkGroup(release);
      if (last?.state !== 'withdrawn' || last.revision !== release?.revision) continue;
      const { revision } = release; // one that was rolled back is gone as if it had never been there
      if (
        rows.transitions.some(
          (row) => row.bundleId === bundleId && row.revision === revision && row.state === 'rolled-back',
        )
      )
        continue;
      const buried = page === 410 || !seen.has(`${release.releaseId} website`);
      mustHold(buried, () => `I17 withdrawal: no tombstone for ${short(bundleId)}`);
      for (const recipient of plan.recipients) {
        const told = !first.has(`mail ${recipient} ${word}`) || first.has(`recall ${recipient} ${word}`);
        mustHold(told, () => `I17 withdrawal: ${recipient} got ${word} and was not told that it is withdrawn`);
      }
    }

    if (differences) {
      // What a press pack's recipients got in part is `altered` too, and what a mail host refused to recall is still public; nobody
      // outside can tell. A channel whose clock was ahead does not count as asked until its receipts lie in the past. What a
      // person did whose task was lost may have a row that the workflow does not know; that person was told that it failed.
      const isStray = (drift: string) =>
        drift.startsWith('workflow-differs') && strayed.some((bundleId) => drift.includes(bundleId));
      const found = differences.filter(
        (drift) => !/^(altered|still-public) .* press-pack$|^unanswered/.test(drift) && !isStray(drift),
      );
      const [is, says] = [[...expected].sort().join(', '), found.sort().join(', ')];
      mustHold(is === says, () => `I20 recoverable: reconcile says “${says}”, and there is “${is}”`);
    }

    /** Each state has its row, and the bus has told them all in their order, however often it repeated itself. */
    function checkStates(bundleId: BundleId): void {
      const written = rows.transitions.filter((row) => row.bundleId === bundleId);
      for (const [number, { transition }] of written.entries()) {
        mustHold(transition === number, () => `I14 audit: transition ${number} of ${short(bundleId)} has no row`);
      }
      const heard = new Set(announced.filter((news) => news.bundleId === bundleId).map(({ transition }) => transition));
      const isLate = (number: number) => rebuilt.includes(bundleId) && !heard.has(number);
      // A step by the system whose task was lost may never be taken (decision 19), but for the one by which others go: its
      // row stays, and nobody is told of it before a rebuild tells of all rows.
      const isStray = ({ transition, state, actorId }: Rows['transitions'][number]) => {
        if (actorId !== 'system' || state === 'verifying' || !strayed.includes(bundleId)) return false;
        const before = [...heard].slice(0, [...heard].indexOf(transition));
        return heard.has(transition) ? rebuilt.includes(bundleId) && before.some((one) => one > transition) : true;
      };
      const strays = new Set(written.filter(isStray).map(({ transition }) => transition));
      const known = written.filter(({ transition }) => !strays.has(transition));
      const inTime = [...heard].filter((transition) => !strays.has(transition));
      const expected = known.map(({ transition }) => transition).filter((number) => !isLate(number));
      const inOrder = JSON.stringify(inTime) === JSON.stringify(expected);
      mustHold(inOrder, () => `I13 order: the states of ${short(bundleId)} were announced as ${[...heard].join(', ')}`);
      // The last write of a lost workflow may end after another was begun: nobody knows that it has to be announced.
      const enough = known.length - inTime.length <= (rebuilt.includes(bundleId) ? 1 : 0);
      mustHold(enough, () => `I14 audit: not every state of ${short(bundleId)} was announced`);
    }

    /** 同批: what one member failed to do, none has done. */
    function checkGroup({ groupId, bundleId }: Rows['releases'][number]): void {
      for (const member of rows.releases.filter((row) => row.groupId === groupId)) {
        const last = lastOf(rows, member.bundleId);
        const stays = last && last.revision === member.revision && isOut.includes(last.state);
        mustHold(
          !stays,
          () => `I1 together: ${short(bundleId)} was rolled back, ${short(member.bundleId)} of its group stays`,
        );
      }
    }
  };
