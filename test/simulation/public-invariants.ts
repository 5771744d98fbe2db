import { digestOf } from '../../activities/digest.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import { isNotice } from './content.ts';
import { type Ledger, lastOf, type Release, type Rows, releaseOf, said, short, wordsIn } from './ledger.ts';
import { interpretationFile, type Look, type Page, type SiteLook } from './reader.ts';

const isShown = ({ status }: Page) => status === 200;
const taken = ['rolled-back', 'withdrawing', 'withdrawn'];

/** What must be true of all that a reader sees: I1 to I4, I10, I17, the order of irreversibility, groups at one stroke. */
export function publicInvariants(ledger: Ledger) {
  const { mustHold, seen, first, channelsOf, planOf, plan } = ledger;
  let readMails = 0;
  let before: [SiteLook, Rows] | undefined;

  return (look: Look, rows: Rows, clock: string): void => {
    const { site } = look;
    if (site !== before?.[0] || rows !== before[1]) checkSite();
    before = [site, rows];
    for (const post of look.posts) checkPost(post);
    for (const mail of look.mails.slice(readMails)) checkMail(mail);
    readMails = look.mails.length;

    function checkSite(): void {
      for (const [bundleId, pages] of site.pages) checkPages(bundleId, pages);
      for (const word of wordsIn(site.home + site.sitemap)) {
        mustHold(releaseOf(rows, word) !== undefined, () => `I3 never early: ${word} is in a list of the site`);
      }
    }

    /** `word` is read on `channel`: once and for all it must have been released before. */
    function mayBeRead(word: string, channel: Channel): Release | undefined {
      const release = releaseOf(rows, word);
      mustHold(release !== undefined, () => `I3 never early: ${word} is read on ${channel} without a release row`);
      if (!release || seen.has(`${release.releaseId} ${channel}`)) return release;
      seen.add(`${release.releaseId} ${channel}`);
      mustHold(clock >= release.t0, () => `I3 never early: ${word} is read on ${channel} before ${release.t0}`);
      const wave = channelsOf(release.bundleId).find((one) => one.channel === channel)?.wave ?? 0;
      const group = rows.releases.filter(({ groupId }) => groupId !== null && groupId === release.groupId);
      for (const member of group.length > 0 ? group : [release]) {
        for (const { channel: earlier } of channelsOf(member.bundleId).filter(
          (one) => one.wave < wave && one.wave === 1,
        )) {
          const verified = said(rows, member.releaseId, earlier, 'verified');
          mustHold(verified, () => `order of irreversibility: ${word} is on ${channel}, ${earlier} was not read back`);
        }
      }
      return release;
    }

    function checkPages(bundleId: BundleId, { policy, interpretation }: { policy: Page; interpretation: Page }) {
      const id = short(bundleId);
      const both = `${policy.status} for the policy of ${id} and ${interpretation.status} for its interpretation`;
      const alone = isNotice(planOf(bundleId)?.act ?? null); // it interprets nothing
      mustHold(alone || isShown(policy) === isShown(interpretation), () => `I1 together: the site answers ${both}`);
      const paths = alone ? ['index.html'] : ['index.html', interpretationFile];
      const listed = [site.home, site.sitemap].flatMap((text) =>
        paths.map((path) => {
          const address = publicPath(bundleId, path);
          return text.includes(`${address}"`) || text.includes(`${address}<`);
        }),
      );
      const agree = listed.every((shown) => shown === isShown(policy));
      mustHold(agree, () => `I4 one door: home, sitemap and pages disagree about ${id}`);
      const noted = wordsIn(policy.laterActs + interpretation.laterActs);
      for (const word of noted) {
        mustHold(releaseOf(rows, word) !== undefined, () => `I3 never early: the page of ${id} tells of ${word}`);
      }
      const words = [...new Set([...policy.words, ...interpretation.words])];
      mustHold(words.length <= 1, () => `I2 whole: the pages of ${id} mix ${words.join(' and ')}`);
      const hidden = !rows.releases.some((row) => row.bundleId === bundleId);
      mustHold(!hidden || isSame(policy, site.nothing), () => `I3 never early: ${id} can be told from what never was`);
      const ended = lastOf(rows, bundleId)?.state === 'withdrawn';
      mustHold(!ended || !isShown(policy), () => `I17 withdrawal: ${id} is shown after it was withdrawn`);
      if (policy.status === 410) first.set(`tombstone ${bundleId}`, '');
      const buried = first.has(`tombstone ${bundleId}`);
      mustHold(!buried || policy.status === 410, () => `I17 withdrawal: the tombstone of ${id} is gone`);
      if (!isShown(policy)) return;
      const release = mayBeRead(words[0] ?? '', 'website');
      if (release) checkGroup(release);
      for (const [at, path] of paths.entries()) {
        const { digest } = at === 0 ? policy : interpretation;
        mustHold(sealed(release, 'website', path) === digest, () => `I2 whole: ${path} of ${id} is not as sealed`);
      }
    }

    /** 同批: readers see all of a group or nothing of it, but for what was taken back since. */
    function checkGroup({ groupId, bundleId }: Release): void {
      if (groupId === null) return;
      for (const member of rows.releases.filter((row) => row.groupId === groupId)) {
        const page = site.pages.get(member.bundleId)?.policy;
        const away =
          taken.includes(lastOf(rows, member.bundleId)?.state ?? '') ||
          taken.includes(lastOf(rows, bundleId)?.state ?? '');
        const shown = page !== undefined && (isShown(page) || page.status === 410);
        // One that goes is taken down by an order of its own, which the site may have had already.
        const goes = said(rows, member.releaseId, 'website', 'discarded', 'withdrawn', 'refused', 'unknown');
        mustHold(
          shown || away || goes || seen.has(`${member.releaseId} website`),
          () => `I1 together: ${short(bundleId)} is shown without ${short(member.bundleId)} of its group`,
        );
      }
    }

    function checkPost({ articleId, articles, torn }: Look['posts'][number]): void {
      const words = wordsIn(articles.map(({ title, content }) => title + content).join(' '));
      mustHold(words.length === 1, () => `I2 whole: post ${articleId} mixes ${words.join(' and ')}`);
      const word = words[0] ?? '';
      const release = mayBeRead(word, 'wechat');
      const parts = isNotice((release && planOf(release.bundleId)?.act) ?? null) ? ['青禾区'] : ['青禾区', '解读'];
      const whole = parts.every((part) => articles.some(({ title }) => title.startsWith(part)));
      mustHold(whole || torn, () => `I1 together: post ${articleId} of ${word} lacks the policy or its interpretation`);
      const takenAt = look.taken.get(first.get(`post ${word}`) ?? '');
      const asked = plan.retried.get(release?.bundleId as BundleId) ?? 0;
      if (takenAt !== undefined && asked >= takenAt) first.set(`post ${word}`, articleId); // by a person, not by itself
      onlyOne(`post ${word}`, articleId, () => `I10 single effect: ${word} was posted twice`);
      const ended = release && lastOf(rows, release.bundleId)?.state === 'withdrawn';
      mustHold(!ended, () => `I17 withdrawal: ${word} is on WeChat after it was withdrawn`);
    }

    function checkMail({ subject, text, to, messageId, attachments }: Look['mails'][number]): void {
      const word = wordsIn(subject + text)[0] ?? '';
      const recall = subject.startsWith('撤回');
      const about = `${recall ? 'recall' : 'mail'} ${to.address} ${word}`;
      onlyOne(about, messageId, () => `I10 single effect: ${to.address} got two mails about ${word}`);
      const release = mayBeRead(word, 'press-pack');
      if (recall || !release) return;
      const pack = sealed(release, 'press-pack', 'pack.zip');
      const whole = attachments.some(({ content }) => digestOf(content) === pack);
      mustHold(whole, () => `I1, I2: the mail about ${word} holds another pack than was sealed`);
      const ended = lastOf(rows, release.bundleId)?.state === 'withdrawn';
      // A mail that was on its way when it was withdrawn cannot be stopped; whoever may get it was told.
      const isRecalled = first.has(`recall ${to.address} ${word}`);
      mustHold(!ended || isRecalled, () => `I17 withdrawal: ${word} is mailed to ${to.address} after it was withdrawn`);
    }

    function onlyOne(what: string, id: string, problem: () => string): void {
      mustHold((first.get(what) ?? id) === id, problem);
      first.set(what, first.get(what) ?? id);
    }
    function sealed(release: Release | undefined, channel: Channel, path: string): string | undefined {
      const { bundleId, revision } = release ?? {};
      const row = rows.staged.find(
        (one) => one.bundleId === bundleId && one.revision === revision && one.channel === channel,
      );
      return row?.objects.find((object) => object.path === path)?.sha256;
    }
  };
}

const isSame = (one: Page, other: Page) =>
  one.status === other.status &&
  one.text === other.text &&
  JSON.stringify(one.headers) === JSON.stringify(other.headers);
