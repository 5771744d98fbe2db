import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type ReconcileAnswer, ReconcileBody, type ReconcileStarted } from '../../../schemas/reconcile.ts';
import type { PersonOf } from '../sign-in.ts';
import type { Reconciler } from './reconciler.ts';

/** 核对与修复, for operators. */
export function serveReconcile(
  api: FastifyInstance,
  { reconciler, personOf }: { reconciler: Reconciler; personOf: PersonOf },
): void {
  const inspectionOf = (params: unknown) => z.object({ inspectionId: z.uuid() }).parse(params).inspectionId;

  api.post('/v1/reconcile', async (request): Promise<ReconcileStarted> => {
    personOf(request, 'operator');
    return reconciler.start(ReconcileBody.parse(request.body).repair);
  });
  api.get('/v1/reconcile/:inspectionId', async (request): Promise<ReconcileAnswer> => {
    personOf(request, 'operator');
    return reconciler.result(inspectionOf(request.params), null);
  });
  api.post('/v1/reconcile/:inspectionId/repair', async (request): Promise<ReconcileAnswer> => {
    const { id } = personOf(request, 'operator');
    return reconciler.result(inspectionOf(request.params), id);
  });
  api.post('/v1/reconcile/:inspectionId/clear', async (request): Promise<{ cleared: number }> => {
    const { id } = personOf(request, 'operator');
    return { cleared: await reconciler.clear(inspectionOf(request.params), id) };
  });
}
