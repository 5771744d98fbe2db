import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { assertMayDelegate } from '../../activities/notices/delegation.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DelegationStore } from '../../activities/ports/delegation-store.ts';
import { ReasonBody } from '../../schemas/api.ts';
import type { Person } from '../../schemas/configuration.ts';
import { GateId } from '../../schemas/finding.ts';
import { DelegateBody, type DelegationsAnswer } from '../../schemas/review.ts';
import { Refusal } from './refusal.ts';
import type { PersonOf } from './sign-in.ts';

type Deps = { store: CoreStore; delegations: DelegationStore; people: readonly Person[]; personOf: PersonOf };

/** 委托: a reviewer names who signs for him, from when until when; a leader may do it for a reviewer who cannot. */
export function serveDelegations(api: FastifyInstance, { store, delegations, people, personOf }: Deps): void {
  api.get('/v1/delegations', async (request): Promise<DelegationsAnswer> => {
    personOf(request);
    return { delegations: await delegations.all() };
  });
  api.post('/v1/gates/:gate/delegations', async (request): Promise<DelegationsAnswer> => {
    const recorder = personOf(request, 'reviewer', 'leader');
    const { gate } = z.object({ gate: GateId }).parse(request.params);
    const { for: reviewer, ...body } = DelegateBody.parse(request.body);
    const delegation = { ...body, gate, from: reviewer ?? recorder.id, recordedBy: recorder.id };
    // A repeat of what is recorded already is no ring with itself.
    const known = (await delegations.all()).filter(({ delegationId }) => delegationId !== body.delegationId);
    assertMayDelegate(delegation, { people, known, now: await store.now() });
    await delegations.add(delegation);
    return { delegations: (await delegations.all()).filter(({ delegationId }) => delegationId === body.delegationId) };
  });
  api.post('/v1/delegations/:delegationId/revoke', async (request): Promise<DelegationsAnswer> => {
    const person = personOf(request, 'reviewer', 'leader');
    const { delegationId } = z.object({ delegationId: z.uuid() }).parse(request.params);
    const { reason } = ReasonBody.parse(request.body);
    const delegation = (await delegations.all()).find((each) => each.delegationId === delegationId);
    if (!delegation) throw new Refusal('NotFound', { zh: '没有这项委托', en: 'There is no such delegation' });
    if (delegation.from !== person.id && !person.roles.includes('leader')) {
      throw new Refusal('NotAllowed', {
        zh: '只有委托人本人或者签发人可以撤销委托',
        en: 'Only whoever delegated, or a leader, may revoke it',
      });
    }
    await delegations.revoke(delegationId, { personId: person.id, reason });
    return { delegations: (await delegations.all()).filter((each) => each.delegationId === delegationId) };
  });
}
