import type { ErrorAnswer, ErrorType } from '../../schemas/api.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';

const httpStatus: Partial<Record<ErrorType, number>> = {
  BadRequest: 400,
  NotSignedIn: 401,
  NotAllowed: 403,
  NotFound: 404,
  BundleUnknown: 404,
  RestoreUnreconciled: 409,
  SealStale: 409,
  GateNotOpen: 409,
  WrongPhase: 409,
  ClockSkewed: 409,
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

/** Withdrawing ends a bundle: its evidence stays as it is, and what follows it has an id of its own. */
export const comesNotBack = new Refusal(
  'WrongPhase',
  { zh: '这个政策包已经撤回，不能用原编号再送审', en: 'This bundle has been withdrawn and cannot be submitted again' },
  {
    where: 'manifest.json: bundleId',
    mend: { zh: '换一个新的 bundleId（UUID）再送审', en: 'Submit it under a new bundleId (a UUID)' },
  },
);

/** Its rows are there and no workflow carries it: one begun for this submission would know nothing of what was before. */
export const notRunning = new Refusal(
  'DependencyDown',
  {
    zh: '这个政策包的流程没有在运行，暂不能送审；已收到的内容没有丢失',
    en: 'No workflow carries this bundle, so it cannot be submitted now; what was received is kept',
  },
  {
    where: 'manifest.json: bundleId',
    mend: {
      zh: '请运维人员执行 lockstep reconcile --repair，再送审',
      en: 'Ask an operator to run lockstep reconcile --repair, then submit again',
    },
  },
);
