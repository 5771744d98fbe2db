import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { sealedContent } from '../../activities/bundles/seal.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { CoreStore, Revision } from '../../activities/ports/core-store.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createSignIn } from '../../infra/config/people-tokens.ts';
import { ErrorAnswer } from '../../schemas/api.ts';
import type { Finding } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import type { Releases } from '../../services/api/releases.ts';
import { type ApiDeps, createApi } from '../../services/api/server.ts';
import { memoryDesk } from './memory-desk.ts';
import { digest, fourGates, manifestOf, newBundleId } from './release-fixture.ts';
import { releaseStatus } from './release-status.ts';

const office = await loadOfficeConfig();
/** The shipped office with a second reviewer of the legal gate, and somebody who only ever stands in. */
export const people = [
  ...office.people.people,
  { id: 'second-legal', name: '第二审核人', office: '司法局', roles: ['reviewer' as const], gates: ['legal'] },
  { id: 'deputy', name: '代办人', office: '办公室', roles: ['operator' as const], gates: [] },
];

export const finding = (code: string, gate: string, severity: Finding['severity'], quote = '原文'): Finding => ({
  code,
  gate,
  severity,
  item: 'policy-document',
  location: { where: 'body', paragraph: 1, quote },
  message: { zh: `${code}：${quote}`, en: `${code}: ${quote}` },
  source: '系统收件规则',
});

type Act = { name: string; argument: Record<string, unknown> };

/** The API over stand-ins: people act on one bundle with the given findings, and `acts` is what its workflow was told. */
export function deskApi({
  findings = [] as Finding[],
  answers = {} as Partial<Releases>,
  now = () => new Date(),
} = {}) {
  const bundleId = newBundleId();
  const seal = digest('revision 1');
  const keys = (gate: string, severity: Finding['severity']) =>
    findings.filter((each) => each.gate === gate && each.severity === severity).map(findingKey);
  const board: BoardStatus = releaseStatus({ bundleId, seal });
  for (const gate of board.gates)
    Object.assign(gate, { mustAnswer: keys(gate.gate, 'warning'), blockedBy: keys(gate.gate, 'error') });
  const revision: Revision = {
    bundleId,
    revision: 1,
    seal,
    content: sealedContent({
      manifest: manifestOf(bundleId),
      parts: [],
      channels: ['website'],
      policy: 'publish-rest',
      ruleSet: '1',
    }),
    gates: fourGates,
    findings,
    obligations: {
      errors: findings
        .filter(({ severity }) => severity === 'error')
        .map((each) => ({ gate: each.gate, finding: findingKey(each), overridable: each.code !== 'SEC-MARK' })),
      warnings: [],
    },
    gateInputs: {},
    drafterId: 'meng-chunhe',
  };
  const acts: Act[] = [];
  const act = (name: string) => async (_id: string, argument: Record<string, unknown>) => {
    acts.push({ name, argument });
    return board;
  };
  const names = ['decide', 'arm', 'hold', 'resume', 'withdraw', 'compensate', 'declareEmergency', 'requestOverride'];
  const releases = {
    status: async () => board,
    ...Object.fromEntries(
      [...names, 'confirmOverride', 'retryChannel', 'settleChannel'].map((name) => [name, act(name)]),
    ),
    ...answers,
  } as unknown as Releases;
  const groups: string[][] = [];
  const store = {
    revision: async () => revision,
    heading: async () => revision.content.manifest,
    findings: async ({ seal }: { seal: string }) => (seal === revision.seal ? revision.findings : null),
    underReview: async ({ seal }: { seal: string }) =>
      seal === revision.seal
        ? { ...revision.content.manifest, revision: 1, editors: [revision.drafterId], gates: board.gates }
        : null,
    bundleIds: async () => [bundleId],
    receipts: async () => [],
    now: async () => now().toISOString(),
    formGroup: async (_group: string, members: string[]) => void groups.push(members),
  } as unknown as CoreStore;
  const { rows, deps } = memoryDesk();
  const unused = () => Promise.reject(new RangeError('not needed'));
  const api = createApi({
    ...({} as ApiDeps),
    ...deps,
    releases,
    store,
    audit: { recordRefusal: async () => {}, evidence: async () => null } as unknown as AuditStore,
    submissions: unused,
    readZip: unused,
    people,
    signIn: createSignIn(people, Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]))),
    isDependencyDown: () => false,
    log: pino({ level: 'silent' }),
  });
  const path = `/v1/bundles/${bundleId}`;
  async function send(as: string, method: 'GET' | 'POST', url: string, body: object = {}) {
    const response = await api.inject({
      method,
      url,
      headers: { authorization: `Bearer token-of-${as}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, body: response.json() };
  }
  return {
    bundleId,
    seal,
    board,
    revision,
    store,
    rows,
    acts,
    groups,
    path,
    /** For the command line: the address of this API, which is closed with the returned thing. */
    async listen() {
      await api.listen({ host: '127.0.0.1', port: 0 });
      const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
      return { url, [Symbol.asyncDispose]: () => api.close() };
    },
    get: (as: string, url: string) => send(as, 'GET', url),
    post: (as: string, url: string, body?: object) => send(as, 'POST', url, body),
  };
}

export const refusal = (body: unknown) => ErrorAnswer.parse(body).error;
