import type { z } from 'zod';
import type { ReasonBody } from '../../schemas/api.ts';
import type { Channel } from '../../schemas/bundle.ts';
import {
  AccessAnswer,
  EmergenciesAnswer,
  GroupAnswer,
  type GroupBody,
  InboxAnswer,
  type ReportBody,
  type SettleBody,
} from '../../schemas/desk.ts';
import type { FindingKey } from '../../schemas/finding.ts';
import { ReleaseStatus } from '../../schemas/release.ts';
import { type DelegateBody, DelegationsAnswer, FindingsAnswer, type OverrideBody } from '../../schemas/review.ts';

export type Call = <S extends z.ZodType>(
  answer: S,
  request: { method: 'GET' | 'POST'; path: string; body?: { type: string; bytes: string | Buffer } },
) => Promise<z.infer<S>>;

/** What people have in front of them, and what they do besides signing and arming. */
export function deskCalls(call: Call) {
  const part = encodeURIComponent;
  const get = <S extends z.ZodType>(answer: S, path: string) => call(answer, { method: 'GET', path });
  const post = <S extends z.ZodType>(answer: S, path: string, body: object) =>
    call(answer, { method: 'POST', path, body: { type: 'application/json', bytes: JSON.stringify(body) } });
  const act = (bundleId: string, verb: string, body: object) =>
    post(ReleaseStatus, `v1/bundles/${part(bundleId)}/${verb}`, body);
  return {
    inbox: () => get(InboxAnswer, 'v1/inbox'),
    findings: (bundleId: string) => get(FindingsAnswer, `v1/bundles/${part(bundleId)}/findings`),
    access: (bundleId: string) => get(AccessAnswer, `v1/bundles/${part(bundleId)}/access`),
    override: (bundleId: string, finding: FindingKey, step: 'request' | 'confirm', body: OverrideBody) =>
      act(bundleId, `findings/${part(finding)}/override/${step}`, body),
    delegations: () => get(DelegationsAnswer, 'v1/delegations'),
    delegate: (gate: string, body: DelegateBody) => post(DelegationsAnswer, `v1/gates/${part(gate)}/delegations`, body),
    revokeDelegation: (delegationId: string, body: ReasonBody) =>
      post(DelegationsAnswer, `v1/delegations/${part(delegationId)}/revoke`, body),
    group: (body: GroupBody) => post(GroupAnswer, 'v1/groups', body),
    compensate: (bundleId: string, body: ReasonBody) => act(bundleId, 'compensate', body),
    retryChannel: (bundleId: string, channel: Channel) => act(bundleId, `channels/${channel}/retry`, {}),
    settleChannel: (bundleId: string, channel: Channel, body: SettleBody) =>
      act(bundleId, `channels/${channel}/settle`, body),
    declareEmergency: (bundleId: string, body: ReasonBody) => act(bundleId, 'emergency', body),
    reportEmergency: (bundleId: string, body: ReportBody) => act(bundleId, 'emergency/report', body),
    emergencies: (year: number) => get(EmergenciesAnswer, `v1/emergencies?year=${year}`),
  };
}
