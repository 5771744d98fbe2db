import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { digestOf } from '../../activities/digest.ts';
import type { AuditStore, RefusedCommand } from '../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DeskStore } from '../../activities/ports/desk-store.ts';
import { type AuditAnswer, AuditQuery } from '../../schemas/api.ts';
import { BundleId } from '../../schemas/bundle.ts';
import type { Person } from '../../schemas/configuration.ts';
import type { BundleEvidence } from '../../schemas/evidence.ts';
import { GateId } from '../../schemas/finding.ts';
import { Digest } from '../../schemas/text.ts';
import type { RecordRead } from './reads.ts';
import { Refusal } from './refusal.ts';
import type { PersonOf } from './sign-in.ts';
import { emergencyOf, type TimeTables } from './telling.ts';

const pageLength = 1_000;

type Deps = {
  audit: AuditStore;
  store: CoreStore;
  desk: DeskStore;
  times: TimeTables;
  personOf: PersonOf;
  recordRead: RecordRead;
};

/** What an auditor reads: the chain, page by page, and what stands behind the rows of one bundle. */
export function serveAudit(api: FastifyInstance, { audit, personOf, recordRead, ...deps }: Deps): void {
  api.get('/v1/audit', async (request): Promise<AuditAnswer> => {
    personOf(request, 'auditor');
    const { after, bundle } = AuditQuery.parse(request.query);
    const head = await audit.head(); // before the rows: the reader stops where it points, and rows added since wait
    return { rows: await audit.rows({ after, limit: pageLength, bundleId: bundle }), head };
  });
  api.get('/v1/bundles/:bundleId/evidence', async (request): Promise<BundleEvidence> => {
    const person = personOf(request, 'auditor');
    const { bundleId } = z.object({ bundleId: BundleId }).parse(request.params);
    await recordRead(person, 'evidence', bundleId);
    const evidence = await audit.evidence(bundleId);
    if (!evidence) throw new Refusal('NotFound', { zh: '没有这个政策包', en: 'There is no such bundle' });
    const use = evidence.emergencies.length > 0 ? await emergencyOf(bundleId, deps) : null;
    const reportOwed = use && { state: use.state, reportDueAt: use.reportDueAt, problem: use.problem };
    return { ...evidence, reportOwed };
  });
}

/**
 * What the chain keeps of a refusal that a signed-in person got: every command, and a read that was not allowed. Only
 * what passes a schema is taken over from the request, since anybody can type a text into an address.
 */
export function refusedCommand(request: FastifyRequest, actor: Person, refusal: Refusal): RefusedCommand | null {
  const { type, message, findings } = refusal.answer.error;
  if (refusal.status >= 500 || (request.method === 'GET' && type !== 'NotAllowed')) return null;
  const params = z.object({ bundleId: BundleId.nullable().catch(null), gate: GateId.nullable().catch(null) });
  const { bundleId, gate } = params.parse(request.params ?? {});
  const body = z.object({ seal: Digest }).safeParse(request.body);
  const text = `${message.zh}\n${message.en}`;
  return {
    actorId: actor.id,
    bundleId,
    command: `${request.method} ${request.routeOptions.url ?? ''}`,
    type,
    gate,
    seal: body.success ? body.data.seal : null,
    bodySha256: Buffer.isBuffer(request.body) ? digestOf(request.body) : null,
    codes: [...new Set(findings.map(({ code }) => code))].sort(),
    message: { sha256: digestOf(text), length: [...text].length },
  };
}
