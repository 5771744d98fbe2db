import fastify, { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Intake } from '../../activities/bundles/intake.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { Logger } from '../../infra/logger.ts';
import {
  ArmBody,
  ReasonBody,
  ResumeBody,
  ReturnBody,
  SignBody,
  type SubmitAnswer,
  SubmitQuery,
} from '../../schemas/api.ts';
import { BundleId } from '../../schemas/bundle.ts';
import type { Person, Role } from '../../schemas/configuration.ts';
import { GateId } from '../../schemas/finding.ts';
import type { BoardStatus, ReleaseStatus } from '../../schemas/release.ts';
import { refusedCommand, serveAudit } from './audit.ts';
import { type DeadLetterDeps, serveDeadLetters } from './dead-letters.ts';
import { comesNotBack, Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import type { createSubmissions } from './submissions.ts';

const uploadLimit = 100 * 1024 * 1024;

export type ApiDeps = {
  releases: Releases;
  store: CoreStore;
  audit: AuditStore;
  submissions: ReturnType<typeof createSubmissions>;
  deadLetters: DeadLetterDeps;
  /** Reads an uploaded zip; hostile until proven otherwise. */
  readZip: (bytes: Uint8Array) => Promise<Intake>;
  signIn: (token: string) => Person | undefined;
  isDependencyDown: (error: unknown) => boolean;
  log: Logger;
};

/** The core's API, for the CLI and the console. Everything that comes in passes a schema here. */
export function createApi(deps: ApiDeps) {
  const { releases, store, audit, submissions, deadLetters, readZip, signIn, isDependencyDown, log } = deps;
  const api = fastify({ bodyLimit: uploadLimit });
  api.addContentTypeParser('application/zip', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  /** Who sent a request, once that was told. */
  const signedIn = new WeakMap<FastifyRequest, Person>();
  api.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.status >= 500) log.error({ err: error }, 'request failed');
    await recordRefusal(request, refusal);
    return reply.status(refusal.status).send(refusal.answer);
  });
  api.setNotFoundHandler((_request, reply) => {
    const refusal = new Refusal('NotFound', { zh: '没有这个地址', en: 'There is nothing at this address' });
    return reply.status(refusal.status).send(refusal.answer);
  });

  async function recordRefusal(request: FastifyRequest, refusal: Refusal): Promise<void> {
    const person = signedIn.get(request);
    const refused = person && refusedCommand(request, person, refusal);
    // A refusal holds also where it cannot be written down: nothing has been changed by it.
    if (refused) await audit.recordRefusal(refused).catch((err) => log.error({ err }, 'refusal not recorded'));
  }

  function refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof z.ZodError) {
      const where = error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
      return new Refusal(
        'BadRequest',
        { zh: `请求内容不合格式：${where}`, en: `The request is not well formed: ${z.prettifyError(error)}` },
        { where },
      );
    }
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status < 500) {
      return new Refusal('BadRequest', {
        zh: '请求不能处理',
        en: error instanceof Error ? error.message : 'Bad request',
      });
    }
    if (isDependencyDown(error)) {
      return new Refusal(
        'DependencyDown',
        { zh: '数据库暂时不可用，没有保存任何内容', en: 'The database is not available; nothing was stored' },
        { mend: { zh: '稍后再试；或运行 lockstep doctor', en: 'Try again later, or run lockstep doctor' } },
      );
    }
    return new Refusal('Internal', { zh: '系统内部错误，已记入日志', en: 'An internal error; it has been logged' });
  }

  function personOf(request: FastifyRequest, role?: Role): Person {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const person = token ? signIn(token) : undefined;
    if (!person) {
      throw new Refusal(
        'NotSignedIn',
        { zh: '没有登录，或者令牌不对', en: 'Not signed in, or the token is wrong' },
        { mend: { zh: '用 --as 指定人员', en: 'Name a person with --as' } },
      );
    }
    signedIn.set(request, person);
    if (role && !person.roles.includes(role)) {
      throw new Refusal('NotAllowed', {
        zh: `${person.name}（${person.roles.join('、')}）没有这个权限，需要的角色：${role}`,
        en: `${person.id} (${person.roles.join(', ')}) may not do this; it takes the role ${role}`,
      });
    }
    return person;
  }
  const bundleOf = (request: FastifyRequest): BundleId =>
    z.object({ bundleId: BundleId }).parse(request.params).bundleId;
  function reviewerOf(request: FastifyRequest): { gate: string; reviewerId: string } {
    const person = personOf(request, 'reviewer');
    const { gate } = z.object({ gate: GateId }).parse(request.params);
    if (!person.gates.includes(gate)) {
      throw new Refusal('NotAllowed', {
        zh: `${person.name} 不是“${gate}”这一关的审核人`,
        en: `${person.id} does not review the gate ${gate}`,
      });
    }
    return { gate, reviewerId: person.id };
  }

  /** Titles are joined here, from the row: Temporal does not know them. */
  async function told(status: BoardStatus): Promise<ReleaseStatus> {
    const revision = await store.revision(status);
    if (!revision) throw new Refusal('BundleUnknown', { zh: '没有这个版本', en: 'There is no such revision' });
    return { ...status, title: revision.content.manifest.title };
  }

  api.get('/readyz', async () => ({ now: await store.now() }));
  api.get('/v1/me', async (request) => personOf(request));

  api.post('/v1/bundles', async (request): Promise<SubmitAnswer> => {
    const drafter = personOf(request, 'drafter');
    const query = SubmitQuery.parse(request.query);
    if (!Buffer.isBuffer(request.body)) {
      throw new Refusal('BadRequest', {
        zh: '请以 application/zip 上传政策包',
        en: 'Send the bundle as application/zip',
      });
    }
    const { bundleId, submission, findings } = await submissions(await readZip(request.body), query, drafter.id);
    const { revision, seal } = await releases.submit(bundleId, submission);
    // A repeat is answered with what the first one said; where the bundle is now, it says itself.
    const { state } = await releases.status(bundleId);
    if (state === 'withdrawn') throw comesNotBack;
    return { bundleId, revision, seal, state, findings };
  });

  api.get('/v1/bundles', async (request) => {
    personOf(request);
    const ids = await store.bundleIds();
    const statuses = await Promise.all(ids.slice(0, 50).map((id) => releases.status(id).then(told, () => null)));
    return { bundles: statuses.filter((status) => status !== null) };
  });
  api.get('/v1/bundles/:bundleId', async (request) => {
    personOf(request);
    return told(await releases.status(bundleOf(request)));
  });
  api.get('/v1/bundles/:bundleId/receipts', async (request) => {
    personOf(request);
    return { receipts: await store.receipts(bundleOf(request)) };
  });

  api.post('/v1/bundles/:bundleId/gates/:gate/sign', async (request) => {
    const decision = { decision: 'signed' as const, ...reviewerOf(request), ...SignBody.parse(request.body) };
    return told(await releases.decide(bundleOf(request), decision));
  });
  api.post('/v1/bundles/:bundleId/gates/:gate/return', async (request) => {
    const decision = { decision: 'returned' as const, ...reviewerOf(request), ...ReturnBody.parse(request.body) };
    return told(await releases.decide(bundleOf(request), decision));
  });
  api.post('/v1/bundles/:bundleId/arm', async (request) => {
    const leaderId = personOf(request, 'leader').id;
    return told(await releases.arm(bundleOf(request), { group: null, ...ArmBody.parse(request.body), leaderId }));
  });
  api.post('/v1/bundles/:bundleId/hold', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return told(await releases.hold(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });
  api.post('/v1/bundles/:bundleId/resume', async (request) => {
    const actorId = personOf(request, 'leader').id;
    const { t0 = null } = ResumeBody.parse(request.body);
    return told(await releases.resume(bundleOf(request), { t0, actorId }));
  });
  api.post('/v1/bundles/:bundleId/withdraw', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return told(await releases.withdraw(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });

  serveAudit(api, { audit, personOf });
  serveDeadLetters(api, { ...deadLetters, personOf });
  return api;
}
