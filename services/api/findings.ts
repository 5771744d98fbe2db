import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DeskStore, Review } from '../../activities/ports/desk-store.ts';
import { FindingKey } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import { type FindingsAnswer, OverrideBody, type ReviewedFinding } from '../../schemas/review.ts';
import { reviews } from './gates.ts';
import type { RecordRead } from './reads.ts';
import { Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import type { Tell } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  desk: DeskStore;
  personOf: PersonOf;
  tell: Tell;
  recordRead: RecordRead;
};

/** 检查意见 of the current revision, what people answered, and the two steps by which an error may pass (I23). */
export function serveFindings(api: FastifyInstance, deps: Deps): void {
  const { releases, store, desk, personOf, tell, recordRead } = deps;

  async function currentRevision(request: FastifyRequest) {
    const status = await releases.status(bundleOf(request));
    const revision = await store.revision(status);
    if (revision) return revision;
    throw new Refusal('BundleUnknown', { zh: '没有这个版本', en: 'There is no such revision' });
  }

  api.get('/v1/bundles/:bundleId/findings', async (request): Promise<FindingsAnswer> => {
    const person = personOf(request);
    const { bundleId, revision, seal, findings, obligations } = await currentRevision(request);
    await recordRead(person, 'findings', bundleId);
    const review = await desk.review({ bundleId, revision });
    const overridable = new Set(obligations.errors.flatMap((each) => (each.overridable ? [each.finding] : [])));
    // Two findings of one code at one place are one.
    const byKey = new Map(findings.map((finding) => [findingKey(finding), finding]));
    return {
      bundleId,
      revision,
      seal,
      findings: [...byKey].map(([key, finding]): ReviewedFinding => {
        const answer = review.answers.find((each) => each.finding === key);
        return {
          key,
          finding,
          answer: answer ? { text: answer.text, by: answer.by, at: answer.at } : null,
          override: overridable.has(key) ? stepsOf(review, key) : null,
        };
      }),
    };
  });

  /** The gate's reviewer asks; a leader, or another reviewer of that gate, confirms. A delegate does neither. */
  const override = (step: 'request' | 'confirm') => async (request: FastifyRequest) => {
    const person = personOf(request, 'reviewer', 'leader');
    const { finding } = z.object({ finding: FindingKey }).parse(request.params);
    const body = OverrideBody.parse(request.body);
    const { bundleId, obligations } = await currentRevision(request);
    const error = obligations.errors.find((each) => each.finding === finding);
    if (!error) {
      throw new Refusal(
        'NotFound',
        { zh: `没有“错误”级检查意见 ${finding}`, en: `There is no error finding ${finding}` },
        { mend: { zh: '用 lockstep gate findings 查看编号', en: 'lockstep gate findings shows the keys' } },
      );
    }
    if (!reviews(person, error.gate) && !(step === 'confirm' && person.roles.includes('leader'))) {
      throw new Refusal('NotAllowed', {
        zh: `例外放行由“${error.gate}”的审核人申请，由签发人或者这一关的另一位审核人确认`,
        en: `A reviewer of ${error.gate} asks for an override; a leader or another reviewer of it confirms`,
      });
    }
    const act = step === 'request' ? releases.requestOverride : releases.confirmOverride;
    return tell(await act(bundleId, { finding, ...body, actorId: person.id }));
  };
  api.post('/v1/bundles/:bundleId/findings/:finding/override/request', override('request'));
  api.post('/v1/bundles/:bundleId/findings/:finding/override/confirm', override('confirm'));
}

function stepsOf({ overrides }: Review, key: FindingKey): ReviewedFinding['override'] {
  const step = (which: 'requested' | 'confirmed') => {
    const found = overrides.find((each) => each.finding === key && each.step === which);
    return found ? { by: found.by, reason: found.reason, at: found.at } : null;
  };
  return { requested: step('requested'), confirmed: step('confirmed') };
}
