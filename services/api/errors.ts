import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Person } from '../../schemas/configuration.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { refusedCommand } from './audit.ts';
import { Refusal } from './refusal.ts';

type Deps = {
  audit: AuditStore;
  signedInAs: (request: FastifyRequest) => Person | undefined;
  isDependencyDown: (error: unknown) => boolean;
  log: Logger;
};

/** Every error as an answer that says what, where and how to mend; refusals of signed-in people go into the chain. */
export function answerErrors(api: FastifyInstance, { audit, signedInAs, isDependencyDown, log }: Deps): void {
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
    const person = signedInAs(request);
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
    const cause = permanentCause(error);
    if (cause) return new Refusal(cause.type, cause.message, { ...(cause.mend && { mend: cause.mend }) });
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
        {
          zh: '数据库或内容库暂时不可用，没有保存任何内容',
          en: 'The database or the blob store is not available; nothing was stored',
        },
        { mend: { zh: '稍后再试；或运行 lockstep doctor', en: 'Try again later, or run lockstep doctor' } },
      );
    }
    return new Refusal('Internal', { zh: '系统内部错误，已记入日志', en: 'An internal error; it has been logged' });
  }
}
