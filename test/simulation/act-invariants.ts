import type { Act, BundleId } from '../../schemas/bundle.ts';
import { type Ledger, lastOf, type Release, type Rows, said, short } from './ledger.ts';
import type { Look } from './reader.ts';

const isPublic = ['verifying', 'released', 'partly-released', 'outcome-unknown'];

/** 更正、修改、替代、废止、撤回: once everything has come to rest, what a public bundle does to another has been done everywhere. */
export const actInvariants = ({ mustHold, seen, first, plan }: Ledger) =>
  function check(look: Look, rows: Rows): void {
    for (const { bundleId, act } of plan.bundles) {
      const last = lastOf(rows, bundleId);
      const later = rows.releases.findLast((row) => row.bundleId === bundleId);
      const original = act && rows.releases.findLast((row) => row.bundleId === act.bundleId);
      if (!act || !original || !last || later?.revision !== last.revision || !isPublic.includes(last.state)) continue;
      if (!said(rows, later.releaseId, 'website', 'verified')) continue;
      checkOriginal(act, original, later);
      if (last.state === 'released') checkReaders(bundleId, act, original, later);
    }

    function checkOriginal(act: Act, original: Release, later: Release): void {
      const last = lastOf(rows, original.bundleId);
      const id = `${act.act} of ${short(original.bundleId)} by ${short(later.bundleId)}`;
      if (!last || last.revision !== original.revision) return;
      if (act.act === 'withdraw') {
        const gone = ['withdrawing', 'withdrawn', 'rolled-back'].includes(last.state);
        mustHold(gone, () => `I17 withdrawal: ${id}, which is ${last.state}`);
        return;
      }
      if (!isPublic.includes(last.state)) return;
      const kept = rows.amendments.some(
        ({ releaseId, byReleaseId }) => releaseId === original.releaseId && byReleaseId === later.releaseId,
      );
      mustHold(kept, () => `acts: no row for the ${id}`);
      const page = look.site.pages.get(original.bundleId)?.policy;
      if (page?.status !== 200) return;
      const noted = page.laterActs.includes(later.bundleId);
      mustHold(noted, () => `acts: the page of ${short(original.bundleId)} does not tell of the ${id}`);
      const confirmed = rows.receipts.some(
        ({ releaseId, state, about }) =>
          releaseId === original.releaseId && state === 'amended' && about === later.releaseId,
      );
      mustHold(confirmed, () => `I11 honest state: the website has never confirmed the ${id}`);
    }

    /** Whoever was given the original has been given what was done to it. */
    function checkReaders(bundleId: BundleId, act: Act, original: Release, later: Release): void {
      const wordOf = ({ bundleId: of, revision }: Release) =>
        rows.revisions.find((row) => row.bundleId === of && row.revision === revision)?.word;
      for (const channel of ['website', 'wechat', 'press-pack']) {
        const reached = !seen.has(`${original.releaseId} ${channel}`) || seen.has(`${later.releaseId} ${channel}`);
        mustHold(reached, () => `acts: ${short(bundleId)} (${act.act}) has not reached ${channel}`);
      }
      for (const recipient of plan.recipients) {
        const got =
          !first.has(`mail ${recipient} ${wordOf(original)}`) || first.has(`mail ${recipient} ${wordOf(later)}`);
        mustHold(got, () => `acts: ${recipient} got ${wordOf(original)} and not the ${act.act} of it`);
      }
    }
  };
