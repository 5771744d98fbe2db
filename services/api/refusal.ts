import type { ErrorAnswer, ErrorType } from '../../schemas/api.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';

const httpStatus: Partial<Record<ErrorType, number>> = {
  BadRequest: 400,
  NotSignedIn: 401,
  NotAllowed: 403,
  NotFound: 404,
  BundleUnknown: 404,
  SealStale: 409,
  GateNotOpen: 409,
  WrongPhase: 409,
  Internal: 500,
  DependencyDown: 503,
};

/** A request that is turned down: what, where, how to mend. */
export class Refusal extends Error {
  readonly answer: ErrorAnswer;
  readonly status: number;

  constructor(
    type: ErrorType,
    message: Bilingual,
    more: { where?: string; mend?: Bilingual; findings?: Finding[] } = {},
  ) {
    super(message.en);
    this.status = httpStatus[type] ?? 422;
    this.answer = {
      error: { type, message, where: more.where ?? null, mend: more.mend ?? null, findings: more.findings ?? [] },
    };
  }
}
