import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Channel } from '../../schemas/bundle.ts';
import { SettleBody } from '../../schemas/desk.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import type { Tell } from './telling.ts';

/** 渠道运维: a refused channel tries again; what no machine can find out is settled by what a person saw. */
export function serveChannels(
  api: FastifyInstance,
  { releases, personOf, tell }: { releases: Releases; personOf: PersonOf; tell: Tell },
): void {
  const channelOf = (request: FastifyRequest) => z.object({ channel: Channel }).parse(request.params).channel;

  api.post('/v1/bundles/:bundleId/channels/:channel/retry', async (request) => {
    const actorId = personOf(request, 'operator').id;
    return tell(await releases.retryChannel(bundleOf(request), { channel: channelOf(request), actorId }));
  });
  api.post('/v1/bundles/:bundleId/channels/:channel/settle', async (request) => {
    const actorId = personOf(request, 'operator').id;
    const body = SettleBody.parse(request.body);
    return tell(await releases.settleChannel(bundleOf(request), { channel: channelOf(request), ...body, actorId }));
  });
}
