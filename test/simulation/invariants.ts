import { digestOf } from '../../activities/digest.ts';
import { clearSlots } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { Answer } from '../../services/website/answer.ts';
import { interpretationFile, type Look } from './reader.ts';

/**
 * RELIABILITY.md §6, checked from outside: what readers see, what people were told, and the rows that anyone may have
 * exported. Nothing here knows how the office works.
 */
export type Rows = {
  revisions: { bundleId: BundleId; revision: number; seal: string; drafterId: string; gates: string[]; word: string }[];
  decisions: { bundleId: BundleId; revision: number; decision: GateDecision; decidedAt: string }[];
  transitions: {
    bundleId: BundleId;
    revision: number;
    transition: number;
    state: string;
    seal: string;
    actorId: string;
    at: string;
  }[];
  releases: {
    bundleId: BundleId;
    revision: number;
    seal: string;
    releaseId: ReleaseId;
    t0: string;
    committedAt: string;
  }[];
  receipts: ChannelReceipt[];
  /** What was sealed for each channel. */
  staged: { bundleId: BundleId; revision: number; channel: Channel; objects: StagedObject[] }[];
};
export type BundlePlan = { bundleId: BundleId; channels: { channel: Channel; wave: number }[] };
type Release = Rows['releases'][number];

const wordsIn = (text: string): string[] => [...new Set(text.match(/[0-9a-f]{8}v\d+w/g))];
const bodyOf = ({ body }: Answer) => Buffer.from(body).toString();
const isShown = ({ status }: Answer) => status === 200;

export function createInvariants(bundles: readonly BundlePlan[], recipients: readonly string[]) {
  /** Release and channel, as soon as some reader has seen it. */
  const seen = new Set<string>();
  const instants = new Map<string, string>();
  const posts = new Map<string, string>();
  const mailIds = new Map<string, string>();
  const tombstones = new Set<string>();
  const problems: string[] = [];
  const mustHold = (holds: boolean, what: () => string) => {
    if (!holds) problems.push(what());
  };
  const take = () => problems.splice(0);
  const short = (bundleId: string) => bundleId.slice(0, 8);
  const planOf = (bundleId: BundleId) => bundles.find((bundle) => bundle.bundleId === bundleId);
  const newest = (rows: Rows, bundleId: BundleId) => rows.transitions.filter((row) => row.bundleId === bundleId).at(-1);
  const said = (rows: Rows, releaseId: string, channel: string, ...states: string[]) =>
    rows.receipts.some(
      (receipt) => receipt.releaseId === releaseId && receipt.channel === channel && states.includes(receipt.state),
    );
  /** The release row behind a word; undefined: nobody may read it yet. */
  function releaseOf(rows: Rows, word: string): Release | undefined {
    const revision = rows.revisions.find((row) => row.word === word);
    return rows.releases.find((row) => row.bundleId === revision?.bundleId && row.revision === revision.revision);
  }

  /** I3, I4, and the order of irreversibility: `word` is read on `channel`. */
  function mayBeRead(rows: Rows, word: string, channel: Channel, where: string, clock: string): Release | undefined {
    const release = releaseOf(rows, word);
    mustHold(release !== undefined, () => `I3 never early: ${word} is read ${where} without a release row`);
    if (!release) return undefined;
    const key = `${release.releaseId} ${channel}`;
    if (seen.has(key)) return release;
    seen.add(key);
    mustHold(clock >= release.t0, () => `I3 never early: ${word} is read ${where} before ${release.t0}`);
    const plan = planOf(release.bundleId)?.channels ?? [];
    const wave = plan.find((one) => one.channel === channel)?.wave ?? 0;
    for (const earlier of plan.filter((one) => one.wave < wave)) {
      mustHold(
        said(rows, release.releaseId, earlier.channel, 'verified'),
        () => `order of irreversibility: ${word} is on ${channel} before ${earlier.channel} was read back`,
      );
    }
    return release;
  }

  function checkSite({ home, sitemap, pages, nothing }: Look, rows: Rows, clock: string): void {
    for (const [bundleId, { policy, interpretation }] of pages) {
      const addresses = [publicPath(bundleId, 'index.html'), publicPath(bundleId, interpretationFile)];
      const [listed, mapped] = [home, sitemap].map((text) =>
        addresses.map((address) => text.includes(`${address}"`) || text.includes(`${address}<`)),
      );
      mustHold(
        isShown(policy) === isShown(interpretation),
        () =>
          `I1 together: the site answers ${policy.status} for the policy of ${short(bundleId)} and ${interpretation.status} for its interpretation`,
      );
      mustHold(
        [...(listed ?? []), ...(mapped ?? [])].every((shown) => shown === isShown(policy)),
        () => `I4 one door: home, sitemap and pages disagree about ${short(bundleId)}`,
      );
      const words = wordsIn(bodyOf(policy) + bodyOf(interpretation));
      mustHold(words.length <= 1, () => `I2 whole: the pages of ${short(bundleId)} mix ${words.join(' and ')}`);
      const released = rows.releases.some((row) => row.bundleId === bundleId);
      const same =
        policy.status === nothing.status &&
        bodyOf(policy) === bodyOf(nothing) &&
        JSON.stringify(policy.headers) === JSON.stringify(nothing.headers);
      mustHold(released || same, () => `I3 never early: ${short(bundleId)} can be told from a bundle that never was`);
      const ended = newest(rows, bundleId)?.state === 'withdrawn';
      if (policy.status === 410) tombstones.add(bundleId);
      mustHold(!ended || !isShown(policy), () => `I17 withdrawal: ${short(bundleId)} is shown after it was withdrawn`);
      mustHold(
        !tombstones.has(bundleId) || policy.status === 410,
        () => `I17 withdrawal: the tombstone of ${short(bundleId)} is gone`,
      );
      if (!isShown(policy)) continue;
      const release = mayBeRead(rows, words[0] ?? '', 'website', 'on the site', clock);
      const sealed = rows.staged.find(
        (row) => row.bundleId === bundleId && row.revision === release?.revision && row.channel === 'website',
      )?.objects;
      for (const [path, answer] of [
        ['index.html', policy],
        [interpretationFile, interpretation],
      ] as const) {
        const digest = digestOf(clearSlots(Buffer.from(answer.body), 'text/html'));
        mustHold(
          sealed?.find((object) => object.path === path)?.sha256 === digest,
          () => `I2 whole: ${path} of ${short(bundleId)} is not as sealed`,
        );
      }
    }
    for (const word of wordsIn(home + sitemap)) {
      mustHold(releaseOf(rows, word) !== undefined, () => `I3 never early: ${word} is in a list of the site`);
    }
  }

  function checkPosts(look: Look, rows: Rows, clock: string): void {
    for (const { articleId, articles } of look.posts) {
      const words = wordsIn(articles.map(({ title, content }) => title + content).join(' '));
      mustHold(words.length === 1, () => `I2 whole: post ${articleId} mixes ${words.join(' and ')}`);
      const word = words[0] ?? '';
      const parts = [
        articles.some(({ title }) => title.startsWith('青禾区')),
        articles.some(({ title }) => title.startsWith('解读')),
      ];
      mustHold(
        parts.every(Boolean),
        () => `I1 together: post ${articleId} of ${word} lacks the policy or its interpretation`,
      );
      const first = posts.get(word) ?? articleId;
      posts.set(word, first);
      mustHold(first === articleId, () => `I10 single effect: ${word} was posted twice, as ${first} and ${articleId}`);
      const release = mayBeRead(rows, word, 'wechat', 'on WeChat', clock);
      const ended = release && newest(rows, release.bundleId)?.state === 'withdrawn';
      mustHold(!ended, () => `I17 withdrawal: ${word} is on WeChat after it was withdrawn`);
    }
  }

  let readMails = 0;
  function checkMails({ mails }: Look, rows: Rows, clock: string): void {
    for (const { subject, text, to, messageId, attachments } of mails.slice(readMails)) {
      const word = wordsIn(subject + text)[0] ?? '';
      const recall = subject.startsWith('撤回');
      const key = `${to.address} ${word} ${recall}`;
      const first = mailIds.get(key) ?? messageId;
      mailIds.set(key, first);
      mustHold(first === messageId, () => `I10 single effect: ${to.address} got two mails about ${word}`);
      const release = mayBeRead(rows, word, 'press-pack', 'in a mail', clock);
      if (recall || !release) continue;
      const sealed = rows.staged.find(
        (row) => row.revision === release.revision && row.bundleId === release.bundleId && row.channel === 'press-pack',
      );
      const pack = sealed?.objects.find(({ path }) => path === 'pack.zip')?.sha256;
      mustHold(
        attachments.some(({ content }) => digestOf(content) === pack),
        () => `I1, I2: the mail about ${word} holds another pack than was sealed`,
      );
      const first17 = newest(rows, release.bundleId)?.state;
      mustHold(
        first17 !== 'withdrawn',
        () => `I17 withdrawal: ${word} is mailed to ${to.address} after it was withdrawn`,
      );
    }
    readMails = mails.length;
  }

  function checkRows(rows: Rows): void {
    for (const { bundleId, revision, seal, releaseId, t0, committedAt } of rows.releases) {
      const key = `${bundleId} ${revision}`;
      const instant = `${releaseId} ${committedAt}`;
      mustHold(
        (instants.get(key) ?? instant) === instant,
        () => `I9 once: revision ${revision} of ${short(bundleId)} was committed twice`,
      );
      if (instants.has(key)) continue;
      instants.set(key, instant);
      const row = rows.revisions.find((one) => one.bundleId === bundleId && one.revision === revision);
      mustHold(
        committedAt >= t0,
        () => `I3 never early: ${short(bundleId)} was committed at ${committedAt}, before ${t0}`,
      );
      mustHold(
        row?.seal === seal,
        () => `I7: ${short(bundleId)} was committed with another seal than that of revision ${revision}`,
      );
      const accepted = Math.max(
        ...rows.transitions.filter((one) => one.bundleId === bundleId).map((one) => one.revision),
      );
      mustHold(
        accepted === revision,
        () =>
          `I7 change voids: revision ${revision} of ${short(bundleId)} was committed after ${accepted} was accepted`,
      );
      for (const gate of row?.gates ?? []) {
        const signed = rows.decisions.filter(
          ({ bundleId: of, revision: on, decision }) =>
            of === bundleId &&
            on === revision &&
            decision.gate === gate &&
            decision.decision === 'signed' &&
            decision.seal === seal,
        );
        mustHold(
          signed.length === 1,
          () => `I5 gates: ${gate} signed revision ${revision} of ${short(bundleId)} ${signed.length} times`,
        );
        mustHold(
          signed.every(({ decidedAt }) => decidedAt <= committedAt),
          () => `I5 gates: ${gate} signed ${short(bundleId)} after the commit`,
        );
      }
    }
    const people = new Set<string>();
    for (const { bundleId, revision, decision } of rows.decisions) {
      const drafter = rows.revisions.find((row) => row.bundleId === bundleId && row.revision === revision)?.drafterId;
      mustHold(
        decision.reviewerId !== drafter,
        () => `I6 separation: ${drafter} reviewed the own revision of ${short(bundleId)}`,
      );
      const person = `${bundleId} ${revision} ${decision.reviewerId}`;
      mustHold(
        !people.has(person),
        () => `I6 separation: ${decision.reviewerId} decided two gates of ${short(bundleId)}`,
      );
      people.add(person);
    }
    for (const receipt of rows.receipts) checkReceipt(receipt);
    for (const { bundleId } of bundles) {
      const last = newest(rows, bundleId);
      if (last?.state !== 'released') continue;
      const release = rows.releases.find((row) => row.bundleId === bundleId && row.revision === last.revision);
      for (const { channel } of planOf(bundleId)?.channels ?? []) {
        mustHold(
          said(rows, release?.releaseId ?? '', channel, 'verified'),
          () => `I11 honest state: ${short(bundleId)} is called released, and ${channel} was not read back`,
        );
      }
    }
  }

  /** I11: who says that something is public must have had it public. */
  function checkReceipt({ releaseId, channel, state }: ChannelReceipt): void {
    if (state !== 'live' && state !== 'verified') return;
    mustHold(
      seen.has(`${releaseId} ${channel}`),
      () => `I11 honest state: ${channel} says ${state} of ${short(releaseId)}, which nobody has seen there`,
    );
  }

  return {
    /** `clock` is the latest that the core's database has shown. */
    check(look: Look | undefined, rows: Rows, clock: string): string[] {
      if (look) {
        checkSite(look, rows, clock);
        checkPosts(look, rows, clock);
        checkMails(look, rows, clock);
      }
      checkRows(rows);
      return take();
    },

    /** When everything has come to rest: I17, I18 and the states that people are shown. */
    checkEnd(
      look: Look,
      rows: Rows,
      decided: { bundleId: BundleId; revision: number; gate: string; reviewerId: string; decision: string }[],
    ): string[] {
      for (const { bundleId, revision, gate, reviewerId, decision: kind } of decided) {
        const row = rows.decisions.find(
          (one) => one.bundleId === bundleId && one.revision === revision && one.decision.gate === gate,
        );
        mustHold(
          row?.decision.reviewerId === reviewerId && row.decision.decision === kind,
          () =>
            `I8 linear decisions: ${reviewerId} was told that ${gate} of ${short(bundleId)} is ${kind}, and no row says so`,
        );
      }
      const counts = new Map<string, number>();
      for (const { bundleId, transition } of rows.transitions) {
        const next = counts.get(bundleId) ?? 0;
        mustHold(transition === next, () => `I14 audit: transition ${next} of ${short(bundleId)} has no row`);
        counts.set(bundleId, transition + 1);
      }
      for (const { bundleId, channels } of bundles) {
        const last = newest(rows, bundleId);
        const release = rows.releases.findLast((row) => row.bundleId === bundleId);
        const word =
          rows.revisions.find((row) => row.bundleId === bundleId && row.revision === release?.revision)?.word ?? '-';
        const page = look.pages.get(bundleId)?.policy;
        const shows: Record<string, boolean> = {
          website: page?.status === 200,
          wechat: look.posts.some(({ articles }) => articles.some(({ title }) => title.includes(word))),
        };
        const isPublic =
          last && ['releasing', 'verifying', 'released', 'partly-released', 'outcome-unknown'].includes(last.state);
        for (const { channel } of channels) {
          const shown = shows[channel];
          if (shown === undefined) continue;
          const state = `${short(bundleId)} is ${last?.state ?? 'nowhere'}`;
          mustHold(isPublic || !shown, () => `I18 declared policy: ${state}, and ${channel} shows it`);
          if (!isPublic || !release) continue;
          const word = rows.receipts.findLast(
            (receipt) =>
              receipt.releaseId === release.releaseId && receipt.channel === channel && receipt.state !== 'ready',
          )?.state;
          mustHold(
            shown || last.state !== 'released',
            () => `I18 declared policy: ${state}, and ${channel} does not show it`,
          );
          mustHold(
            !(word === 'refused' && shown),
            () => `I11 honest state: ${channel} says refused of ${short(bundleId)} and shows it`,
          );
        }
        if (last?.state !== 'withdrawn' || last.revision !== release?.revision) continue; // else that one was rolled back
        if (seen.has(`${release.releaseId} website`))
          mustHold(page?.status === 410, () => `I17 withdrawal: no tombstone for ${short(bundleId)}`);
        for (const recipient of recipients) {
          const [got, told] = [mailIds.has(`${recipient} ${word} false`), mailIds.has(`${recipient} ${word} true`)];
          mustHold(
            !got || told,
            () => `I17 withdrawal: ${recipient} got ${word} and was not told that it is withdrawn`,
          );
        }
      }
      return take();
    },
  };
}
