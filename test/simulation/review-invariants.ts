import { type Ledger, type Rows, short } from './ledger.ts';

type Revision = Rows['revisions'][number];
type Decision = Rows['decisions'][number];

/** What must be true of every decision, at every moment: I6, I7 where one was carried, and I23. */
export function reviewInvariants({ mustHold, first, plan }: Ledger) {
  return (rows: Rows): void => {
    for (const made of rows.decisions) {
      const { bundleId, revision, decision } = made;
      const key = `decision ${bundleId} ${revision} ${decision.gate}`;
      if (first.has(key)) continue; // I8 looks whether it stays
      first.set(key, decision.reviewerId);
      checkPeople(made);
      if (made.carriedFrom !== null) checkCarried(made, made.carriedFrom);
      if (decision.decision === 'signed') checkFindings(made);
    }

    function checkPeople({ bundleId, revision, decision }: Decision): void {
      const drafters = draftersOf({ bundleId, revision });
      for (const person of [decision.reviewerId, ...(decision.actingFor ? [decision.actingFor] : [])]) {
        mustHold(!drafters.includes(person), () => `I6 separation: ${person} reviewed the own ${short(bundleId)}`);
        const key = `reviewer ${bundleId} ${revision} ${person}`;
        mustHold(!first.has(key), () => `I6 separation: ${person} decided two gates of ${short(bundleId)}`);
        first.set(key, decision.gate);
      }
    }

    /** 未变即有效: the same person has signed the same, and nothing that the gate reads has changed since. */
    function checkCarried({ bundleId, revision, decision }: Decision, from: number): void {
      const [before, now] = [revisionOf(bundleId, from), revisionOf(bundleId, revision)];
      const source = rows.decisions.find(
        (one) => one.bundleId === bundleId && one.revision === from && one.decision.gate === decision.gate,
      )?.decision;
      const about = `${decision.gate} of ${short(bundleId)} was carried from ${from} to ${revision}`;
      const same = source?.decision === 'signed' && source.reviewerId === decision.reviewerId;
      mustHold(same, () => `I7 change voids: ${about}, and was not signed there`);
      const reads = plan.gates.find(({ id }) => id === decision.gate)?.dependsOn ?? [];
      for (const part of reads) {
        mustHold(before?.items[part] === now?.items[part], () => `I7 change voids: ${about}, and ${part} has changed`);
      }
      const ofGate = ({ obligations: { errors, warnings } }: Revision) =>
        JSON.stringify([...errors, ...warnings].filter(({ gate }) => gate === decision.gate));
      const known = before && now && ofGate(before) === ofGate(now);
      mustHold(known === true, () => `I7 change voids: ${about}, and its findings have changed`);
      const titled = !reads.includes('metadata') || before?.word === now?.word;
      mustHold(titled, () => `I7 change voids: ${about}, and the title has changed`);
    }

    /** Whoever signed has answered each warning, and two people let each error pass. */
    function checkFindings({ bundleId, revision, decision }: Decision): void {
      const { errors = [], warnings = [] } = revisionOf(bundleId, revision)?.obligations ?? {};
      const id = `${decision.gate} of revision ${revision} of ${short(bundleId)}`;
      for (const { finding, overridable } of errors.filter(({ gate }) => gate === decision.gate)) {
        const passed = rows.overrides.filter(
          (one) => one.bundleId === bundleId && one.revision === revision && one.finding === finding,
        );
        const people = new Set(passed.map(({ personId }) => personId));
        const drafters = draftersOf({ bundleId, revision });
        const byTwo = people.size === 2 && ![...people].some((person) => drafters.includes(person));
        mustHold(overridable && byTwo, () => `I23 no marker passes: ${id} was signed in spite of ${finding}`);
      }
      const answers = decision.decision === 'signed' ? (decision.answers ?? []) : [];
      for (const { finding } of warnings.filter(({ gate }) => gate === decision.gate)) {
        const answered = answers.some((answer) => answer.finding === finding);
        mustHold(answered, () => `I23 no marker passes: ${id} was signed without an answer to ${finding}`);
      }
    }

    function revisionOf(bundleId: string, revision: number): Revision | undefined {
      return rows.revisions.find((row) => row.bundleId === bundleId && row.revision === revision);
    }
    function draftersOf({ bundleId, revision }: { bundleId: string; revision: number }): string[] {
      return rows.revisions
        .filter((row) => row.bundleId === bundleId && row.revision <= revision)
        .map(({ drafterId }) => drafterId);
    }
  };
}
