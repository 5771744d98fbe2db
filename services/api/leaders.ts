import type { FastifyInstance } from 'fastify';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { Logger } from '../../infra/logger.ts';
import { ArmBody, ReasonBody, ResumeBody } from '../../schemas/api.ts';
import { checkInstant } from './arming.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import type { Tell, TimeTables } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  times: TimeTables;
  personOf: PersonOf;
  tell: Tell;
  log: Logger;
};

/** 签发 and what a leader may do before and after it. */
export function serveLeaders(api: FastifyInstance, { releases, store, times, personOf, tell, log }: Deps): void {
  const { leadSeconds } = times.channels.release;

  api.post('/v1/bundles/:bundleId/arm', async (request) => {
    const leaderId = personOf(request, 'leader').id;
    const bundleId = bundleOf(request);
    const body = ArmBody.parse(request.body);
    const warnings = await checkInstant(store, body.t0, leadSeconds);
    if (warnings[0]) log.warn({ bundleId }, warnings[0].en);
    return tell(await releases.arm(bundleId, { group: null, ...body, leaderId }), { warnings });
  });
  api.post('/v1/bundles/:bundleId/hold', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return tell(await releases.hold(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });
  api.post('/v1/bundles/:bundleId/resume', async (request) => {
    const actorId = personOf(request, 'leader').id;
    const bundleId = bundleOf(request);
    const { t0 = null, alone = false } = ResumeBody.parse(request.body);
    const warnings = await checkInstant(store, t0, leadSeconds);
    if (warnings[0]) log.warn({ bundleId }, warnings[0].en);
    return tell(await releases.resume(bundleId, { t0, actorId, ...(alone && { group: null }) }), { warnings });
  });
  api.post('/v1/bundles/:bundleId/withdraw', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return tell(await releases.withdraw(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });
  api.post('/v1/bundles/:bundleId/compensate', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return tell(await releases.compensate(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });
}
