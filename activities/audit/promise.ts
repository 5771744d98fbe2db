import type { StoredEvidence } from '../../schemas/evidence.ts';
import type { Bilingual } from '../../schemas/text.ts';

type Release = StoredEvidence['releases'][number];

/**
 * What the rows themselves say against a release, however whole the chain is: before the commit each gate has to have
 * signed the very seal that was released, with an answer to each warning; two people have to have let each error pass; and
 * the commit comes no earlier than T0 (I1, I4, I5, I23). Empty where all was kept.
 */
export const brokenPromises = (evidence: StoredEvidence): Bilingual[] =>
  evidence.releases.flatMap((release) => {
    const { revision, seal, t0, committedAt } = release;
    const own = evidence.revisions.find((each) => each.revision === revision && each.seal === seal);
    if (!own)
      return [{ zh: `发布的封签不是第 ${revision} 稿的`, en: `The released seal is not that of revision ${revision}` }];
    const { signed, answered, overridden } = standing(evidence, release);
    return [
      ...own.gates
        .filter((gate) => !signed.has(gate))
        .map((gate) => ({
          zh: `${gate} 关在提交第 ${revision} 稿之前没有签过这个封签`,
          en: `Gate ${gate} had not signed this seal when revision ${revision} was committed`,
        })),
      ...own.obligations.warnings
        .filter(({ gate, finding }) => !answered.has(`${gate} ${finding}`))
        .map(({ finding }) => ({ zh: `${finding} 没有书面答复`, en: `${finding} was not answered` })),
      ...own.obligations.errors
        .filter(({ finding }) => !overridden.has(finding))
        .map(({ finding }) => ({ zh: `${finding} 没有经两人放行`, en: `${finding} was not let pass by two people` })),
      ...(Date.parse(committedAt) < Date.parse(t0)
        ? [{ zh: `第 ${revision} 稿在 T0 之前就提交了`, en: `Revision ${revision} was committed before T0` }]
        : []),
    ];
  });

/** What people had done about the revision of a release when it was committed. */
function standing({ decisions, overrides }: StoredEvidence, { revision, seal, committedAt }: Release) {
  const inTime = (at: string) => Date.parse(at) <= Date.parse(committedAt);
  const signatures = decisions.filter(
    (each) => each.revision === revision && each.seal === seal && each.decision === 'signed' && inTime(each.decidedAt),
  );
  const steps = overrides.filter((each) => each.revision === revision && each.seal === seal && inTime(each.at));
  const confirmed = steps.filter(
    (each) =>
      each.step === 'confirmed' &&
      steps.some(
        ({ step, finding, personId }) => step === 'requested' && finding === each.finding && personId !== each.personId,
      ),
  );
  return {
    signed: new Set(signatures.map(({ gate }) => gate)),
    answered: new Set(signatures.flatMap(({ gate, answers }) => answers.map(({ finding }) => `${gate} ${finding}`))),
    overridden: new Set(confirmed.map(({ finding }) => finding)),
  };
}
