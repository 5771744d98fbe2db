import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { type Ledger, lastOf, type Release, type Rows, said, short } from './ledger.ts';

/** What must be true of the rows at every moment: I3, I5, I7, I9, I11, and groups in one commit. */
export function rowInvariants({ mustHold, seen, first, channelsOf, plan }: Ledger) {
  return (rows: Rows): void => {
    for (const release of rows.releases) {
      const { bundleId, revision, releaseId, committedAt } = release;
      const [key, instant] = [`commit ${bundleId} ${revision}`, `${releaseId} ${committedAt}`];
      const known = first.get(key);
      mustHold(
        (known ?? instant) === instant,
        () => `I9 once: revision ${revision} of ${short(bundleId)} was committed twice`,
      );
      if (known) continue;
      first.set(key, instant);
      checkCommit(release);
    }
    for (const receipt of rows.receipts) checkReceipt(receipt);
    for (const { bundleId } of plan.bundles) {
      const last = lastOf(rows, bundleId);
      if (last?.state !== 'released') continue;
      const release = rows.releases.find((row) => row.bundleId === bundleId && row.revision === last.revision);
      for (const { channel } of channelsOf(bundleId)) {
        const verified = said(rows, release?.releaseId ?? '', channel, 'verified');
        mustHold(
          verified,
          () => `I11 honest state: ${short(bundleId)} is called released, ${channel} was not read back`,
        );
      }
    }

    function checkCommit({ bundleId, revision, seal, t0, committedAt, groupId }: Release): void {
      const id = `revision ${revision} of ${short(bundleId)}`;
      mustHold(committedAt >= t0, () => `I3 never early: ${id} was committed at ${committedAt}, before ${t0}`);
      const row = rows.revisions.find((one) => one.bundleId === bundleId && one.revision === revision);
      mustHold(row?.seal === seal, () => `I7 change voids: ${id} was committed with a seal that is not its own`);
      const accepted = Math.max(
        ...rows.transitions.filter((one) => one.bundleId === bundleId).map((one) => one.revision),
      );
      mustHold(accepted === revision, () => `I7 change voids: ${id} was committed after ${accepted} was accepted`);
      for (const { id: gate } of plan.gates) {
        const signed = rows.decisions.filter(
          ({ bundleId: of, revision: on, decision }) =>
            of === bundleId &&
            on === revision &&
            decision.gate === gate &&
            decision.decision === 'signed' &&
            decision.seal === seal,
        );
        mustHold(signed.length === 1, () => `I5 gates: ${gate} signed ${id} ${signed.length} times before its commit`);
      }
      if (groupId === null) return;
      const members = plan.bundles.find((bundle) => bundle.bundleId === bundleId)?.group ?? [];
      const together = rows.releases.filter((one) => one.groupId === groupId && one.committedAt === committedAt);
      const whole = members.every((member) => together.some((one) => one.bundleId === member));
      mustHold(whole, () => `I1 together: ${id} was committed without its group`);
    }

    /** Who says that something is public must have had it public. */
    function checkReceipt({ releaseId, channel, state }: ChannelReceipt): void {
      if (state !== 'live' && state !== 'verified') return;
      const shown = seen.has(`${releaseId} ${channel}`);
      mustHold(
        shown,
        () => `I11 honest state: ${channel} says ${state} of ${short(releaseId)}, which nobody has seen there`,
      );
    }
  };
}
