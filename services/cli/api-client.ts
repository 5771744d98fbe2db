import { z } from 'zod';
import { NotSent, OutcomeUnknown, request } from '../../infra/http/request.ts';
import {
  type ArmBody,
  AuditAnswer,
  BundlesAnswer,
  ErrorAnswer,
  type ReasonBody,
  ReceiptsAnswer,
  type ResumeBody,
  type ReturnBody,
  type SignBody,
  SubmitAnswer,
} from '../../schemas/api.ts';
import { type Channel, Manifest } from '../../schemas/bundle.ts';
import { Coverage } from '../../schemas/coverage.ts';
import { DeadLetter, DeadLettersAnswer, type LetterAct, type LetterParkBody } from '../../schemas/dead-letters.ts';
import { BundleEvidence } from '../../schemas/evidence.ts';
import { ReconcileAnswer, ReconcileStarted } from '../../schemas/reconcile.ts';
import { type ReleasePolicy, ReleaseStatus } from '../../schemas/release.ts';
import { ChangesAnswer } from '../../schemas/revision-change.ts';
import { deskCalls } from './desk-client.ts';
import { CliFailure, notRunning } from './failure.ts';

export type ApiClient = ReturnType<typeof createApiClient>;

type Send = typeof request;
type Options = { baseUrl: string; token: string; signal?: AbortSignal; send?: Send };

/** Longer than the API itself waits for a worker that is being restarted, so that it says in its own words what is down. */
const READ_WITHIN_MS = 25_000;
const ACT_WITHIN_MS = 30_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The HTTP API as typed calls. Every refusal, and every doubt, is thrown as `CliFailure`. */
export function createApiClient({ baseUrl, token, signal, send = request }: Options) {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;

  async function call<S extends z.ZodType>(
    answer: S,
    { method, path, body }: { method: 'GET' | 'POST'; path: string; body?: { type: string; bytes: string | Buffer } },
  ): Promise<z.infer<S>> {
    const url = new URL(path, base);
    const where = `${method} ${url.origin}${url.pathname}`;
    const got = await send({
      url,
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': body.type }) },
      timeoutMs: method === 'GET' ? READ_WITHIN_MS : ACT_WITHIN_MS,
      maxBytes: MAX_ANSWER_BYTES,
      ...(body && { body: body.bytes }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      if (error instanceof NotSent) throw notRunning(where);
      if (!(error instanceof OutcomeUnknown)) throw error;
      throw method === 'GET' ? notRunning(where) : outcomeUnknown(where);
    });
    const json = jsonOrUndefined(got.text());
    if (got.status >= 200 && got.status < 300) {
      const { data, error } = answer.safeParse(json);
      if (error) throw foreignAnswer(where, got.status);
      return data;
    }
    const refused = ErrorAnswer.safeParse(json);
    if (!refused.success) throw foreignAnswer(where, got.status);
    throw new CliFailure(refused.data.error);
  }

  const act = (bundleId: string, verb: string, body: object) =>
    call(ReleaseStatus, {
      method: 'POST',
      path: `v1/bundles/${encodeURIComponent(bundleId)}/${verb}`,
      body: { type: 'application/json', bytes: JSON.stringify(body) },
    });

  return {
    submit(zip: Uint8Array, { channels, policy }: { channels?: Channel[]; policy?: ReleasePolicy }) {
      const query = new URLSearchParams({
        ...(channels && { channels: channels.join(',') }),
        ...(policy && { policy }),
      });
      const body = { type: 'application/zip', bytes: Buffer.from(zip) };
      return call(SubmitAnswer, { method: 'POST', path: `v1/bundles?${query}`, body });
    },
    list: async () => (await call(BundlesAnswer, { method: 'GET', path: 'v1/bundles' })).bundles,
    status: (bundleId: string) =>
      call(ReleaseStatus, { method: 'GET', path: `v1/bundles/${encodeURIComponent(bundleId)}` }),
    receipts: async (bundleId: string) =>
      (await call(ReceiptsAnswer, { method: 'GET', path: `v1/bundles/${encodeURIComponent(bundleId)}/receipts` }))
        .receipts,
    audit({ after, bundleId }: { after: number; bundleId?: string | undefined }) {
      const query = new URLSearchParams({ after: String(after), ...(bundleId && { bundle: bundleId }) });
      return call(AuditPage, { method: 'GET', path: `v1/audit?${query}` });
    },
    manifest: (bundleId: string) =>
      call(Manifest.omit({ plannedReleaseAt: true }), {
        method: 'GET',
        path: `v1/bundles/${encodeURIComponent(bundleId)}/manifest`,
      }),
    changes: (bundleId: string) =>
      call(ChangesAnswer, { method: 'GET', path: `v1/bundles/${encodeURIComponent(bundleId)}/changes` }),
    coverage: (bundleId: string) =>
      call(Coverage, { method: 'GET', path: `v1/bundles/${encodeURIComponent(bundleId)}/coverage` }),
    evidence: (bundleId: string) =>
      call(BundleEvidence, { method: 'GET', path: `v1/bundles/${encodeURIComponent(bundleId)}/evidence` }),
    reconcile: (repair: boolean) =>
      call(ReconcileStarted, {
        method: 'POST',
        path: 'v1/reconcile',
        body: { type: 'application/json', bytes: JSON.stringify({ repair }) },
      }),
    reconciled: (inspectionId: string) =>
      call(ReconcileAnswer, { method: 'GET', path: `v1/reconcile/${inspectionId}` }),
    repairChannels: (inspectionId: string) =>
      call(ReconcileAnswer, {
        method: 'POST',
        path: `v1/reconcile/${inspectionId}/repair`,
        body: { type: 'application/json', bytes: '{}' },
      }),
    clearRestored: (inspectionId: string) =>
      call(z.strictObject({ cleared: z.int().nonnegative() }), {
        method: 'POST',
        path: `v1/reconcile/${inspectionId}/clear`,
        body: { type: 'application/json', bytes: '{}' },
      }),
    deadLetters: () => call(DeadLettersAnswer, { method: 'GET', path: 'v1/dead-letters' }),
    deadLetter: (id: string) => call(DeadLetter, { method: 'GET', path: `v1/dead-letters/${encodeURIComponent(id)}` }),
    decideLetter: (id: string, act: LetterAct, body: LetterParkBody) =>
      call(DeadLetter, {
        method: 'POST',
        path: `v1/dead-letters/${encodeURIComponent(id)}/${act}`,
        body: { type: 'application/json', bytes: JSON.stringify(body) },
      }),
    sign: (bundleId: string, gate: string, body: SignBody) =>
      act(bundleId, `gates/${encodeURIComponent(gate)}/sign`, body),
    returnToDrafter: (bundleId: string, gate: string, body: ReturnBody) =>
      act(bundleId, `gates/${encodeURIComponent(gate)}/return`, body),
    arm: (bundleId: string, body: ArmBody) => act(bundleId, 'arm', body),
    hold: (bundleId: string, body: ReasonBody) => act(bundleId, 'hold', body),
    resume: (bundleId: string, body: ResumeBody) => act(bundleId, 'resume', body),
    withdraw: (bundleId: string, body: ReasonBody) => act(bundleId, 'withdraw', body),
    ...deskCalls(call),
  };
}

/** Rows as they came: one that was tampered with is for `audit verify` to name, not an answer that is not understood. */
const AuditPage = AuditAnswer.extend({ rows: z.array(z.unknown()) });

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const outcomeUnknown = (where: string) =>
  new CliFailure({
    type: 'OutcomeUnknown',
    message: {
      zh: '请求已经发出，但没有收到答复：可能已经办成，也可能没有。',
      en: 'The request was sent and no answer came: it may have been carried out, or not.',
    },
    where,
    mend: {
      zh: '先用 lockstep release status 查看实际状态，再决定是否重办。',
      en: 'Look at the actual state with lockstep release status before you do it again.',
    },
  });

/** Something answers there that is not our API, or one of another version. */
const foreignAnswer = (where: string, status: number) =>
  new CliFailure({
    type: 'Internal',
    message: {
      zh: `对方的答复看不懂（HTTP ${status}）：可能不是本系统，或者版本不同。`,
      en: `The answer (HTTP ${status}) is not understood: another system, or another version of this one.`,
    },
    where,
    mend: { zh: '核对 --api 指的地址。', en: 'Check the address given with --api.' },
  });
