import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { permanent } from '../../schemas/failures.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import { DelegationsAnswer, FindingsAnswer } from '../../schemas/review.ts';
import { Refusal } from '../../services/api/refusal.ts';
import { openBoard } from '../../workflows/policy-release/board.ts';
import { assertMayDecide } from '../../workflows/policy-release/rules.ts';
import { deskApi, finding, people, refusal } from '../support/desk-api.ts';
import { submission } from '../support/release-fixture.ts';

const day = 86_400_000;
const typo = finding('WRD-TYPO', 'wording', 'warning', '名称不一');
const space = finding('WRD-SPACE', 'wording', 'warning', '理和 服务');
const hidden = finding('SEC-HIDDEN-TEXT', 'secrecy', 'error');
const mark = finding('SEC-MARK', 'secrecy', 'error', '机密★1年');

describe('findings', () => {
  test('each has its key, the answer in the signature of its gate, and how far an override has come', async () => {
    const api = deskApi({ findings: [typo, hidden, mark, typo] });
    const [at, by] = ['2026-11-24T01:00:00.000Z', 'reviewer-wording'];
    api.rows.review = {
      answers: [{ finding: findingKey(typo), text: '已核对', by, at }],
      overrides: [{ finding: findingKey(hidden), step: 'requested', by: 'reviewer-secrecy', reason: '引用', at }],
    };
    const { findings } = FindingsAnswer.parse((await api.get('reviewer-wording', `${api.path}/findings`)).body);
    expect(findings.map(({ key, answer, override }) => ({ key, answer: answer?.text, override }))).toEqual([
      { key: findingKey(typo), answer: '已核对', override: null },
      {
        key: findingKey(hidden),
        answer: undefined,
        override: { requested: { by: 'reviewer-secrecy', reason: '引用', at }, confirmed: null },
      },
      { key: findingKey(mark), answer: undefined, override: null },
    ]);
  });

  test('an unanswered warning is refused with its key, the finding itself, and how to answer it', async () => {
    const decide = async (_id: unknown, decision: GateDecision) => {
      const board = { ...openBoard(api.bundleId), state: 'in-review' as const, gates: api.board.gates };
      board.submission = submission({ seal: api.seal });
      try {
        assertMayDecide(board, decision);
      } catch {
        throw new Refusal('FindingsUnanswered', { zh: '要逐条答复', en: 'needs an answer' });
      }
      return api.board;
    };
    const api = deskApi({ findings: [typo, space], answers: { decide } });
    const sign = (answers: object[]) =>
      api.post('reviewer-wording', `${api.path}/gates/wording/sign`, { seal: api.seal, answers });
    const refused = await sign([{ finding: findingKey(typo), answer: '已核对' }]);
    expect(refused.status).toBe(422);
    expect(refusal(refused.body)).toMatchObject({
      type: 'FindingsUnanswered',
      where: findingKey(space),
      findings: [{ code: 'WRD-SPACE' }],
      mend: { en: expect.stringContaining('--answer') },
    });
    const both = [typo, space].map((each) => ({ finding: findingKey(each), answer: '已核对' }));
    expect((await sign(both)).status).toBe(200);
  });

  test('an answer to what is no finding of the gate is refused: it would be lost', async () => {
    const api = deskApi({ findings: [typo, hidden] });
    const answers = [{ finding: findingKey(hidden), answer: '已核对' }];
    const refused = await api.post('reviewer-wording', `${api.path}/gates/wording/sign`, { seal: api.seal, answers });
    expect(refusal(refused.body)).toMatchObject({ type: 'BadRequest', where: 'answers' });
    expect(api.acts).toEqual([]);
  });
});

describe('an error passes by two people', () => {
  const url = (path: string, step: string, which = hidden) => `${path}/findings/${findingKey(which)}/override/${step}`;
  const mayAsk = ['reviewer-secrecy'];
  const mayConfirm = ['reviewer-secrecy', 'leader', 'second-leader'];

  test.each([
    ['request', mayAsk],
    ['confirm', mayConfirm],
  ])('%s: %j, and nobody else', async (step, allowed) => {
    for (const person of people) {
      const api = deskApi({ findings: [hidden] });
      const { status } = await api.post(person.id, url(api.path, step), { seal: api.seal, reason: '系法条引用' });
      expect([person.id, status]).toEqual([person.id, allowed.includes(person.id) ? 200 : 403]);
      expect(api.acts).toHaveLength(allowed.includes(person.id) ? 1 : 0);
    }
  });

  test('a delegate of the reviewer can neither ask nor confirm', async () => {
    const api = deskApi({ findings: [hidden] });
    await delegateTo(api, 'deputy', { gate: 'secrecy', by: 'reviewer-secrecy' });
    for (const step of ['request', 'confirm']) {
      const answer = await api.post('deputy', url(api.path, step), { seal: api.seal, reason: '系法条引用' });
      expect(answer.status).toBe(403);
    }
  });

  test('needs a reason, and a finding that is there', async () => {
    const api = deskApi({ findings: [hidden] });
    expect((await api.post('reviewer-secrecy', url(api.path, 'request'), { seal: api.seal })).status).toBe(400);
    const body = { seal: api.seal, reason: '系法条引用' };
    const unknown = await api.post('reviewer-secrecy', url(api.path, 'request', mark), body);
    expect(refusal(unknown.body).type).toBe('NotFound');
  });
});

describe('回避: the API itself refuses, before anything is asked of the workflow', () => {
  test('a self-review, also for a drafter or by one', async () => {
    const api = deskApi();
    api.revision.drafterId = 'reviewer-legal';
    await delegateTo(api, 'deputy');
    await refusedTo(api, 'reviewer-legal', {
      en: 'Whoever drafted the bundle may not review it, nor may anyone for them',
    });
    await refusedTo(api, 'deputy', { zh: '起草人不能审签自己的稿件，也不能委托他人审签' });
    api.revision.drafterId = 'deputy';
    await refusedTo(api, 'deputy');
    expect((await signs(api, 'reviewer-legal')).status).toBe(200);
  });

  test('a second gate by one person, whoever of the two decided the first', async () => {
    const api = deskApi();
    await delegateTo(api, 'deputy');
    for (const first of [
      { reviewerId: 'deputy' },
      { reviewerId: 'somebody', actingFor: 'deputy' },
      { reviewerId: 'reviewer-legal' },
      { reviewerId: 'somebody', actingFor: 'reviewer-legal' },
    ]) {
      Object.assign(api.board.gates[2] ?? {}, { state: 'signed', actingFor: null, ...first });
      const taken = first.actingFor ?? first.reviewerId;
      await refusedTo(api, 'deputy', { zh: `${taken} 已审签保密关，一人至多审签一关（受托也算）` });
    }
    expect((await signs(api, 'second-legal')).status).toBe(200);
  });

  test('a repeat at the same gate is none: the workflow says what became of the first', async () => {
    const api = deskApi();
    Object.assign(api.board.gates[1] ?? {}, { state: 'signed', reviewerId: 'reviewer-legal' });
    expect((await signs(api, 'reviewer-legal')).status).toBe(200);
    expect(api.acts).toHaveLength(1);
  });

  test('it costs a reviewer no look at the rows: the heading comes with it', async () => {
    const api = deskApi();
    const looks: string[] = [];
    for (const [name, look] of Object.entries(api.store) as [string, (...of: unknown[]) => unknown][]) {
      const noted = (...of: unknown[]) => {
        looks.push(name);
        return look(...of);
      };
      Object.assign(api.store, { [name]: noted });
    }
    expect((await signs(api, 'reviewer-legal')).status).toBe(200);
    expect(looks).toEqual(['underReview']);
  });
});

type Api = ReturnType<typeof deskApi>;
async function refusedTo(api: Api, person: string, message = {}): Promise<void> {
  for (const [step, body] of [
    ['sign', { seal: api.seal }],
    ['return', { seal: api.seal, reason: '改' }],
  ] as const) {
    const answer = await api.post(person, `${api.path}/gates/legal/${step}`, body);
    expect([answer.status, refusal(answer.body)]).toMatchObject([403, { type: 'NotAllowed', message }]);
  }
  expect(api.acts).toEqual([]);
}
const delegateTo = (
  api: Api,
  to: string,
  {
    by = 'reviewer-legal',
    gate = 'legal',
    from = -day,
    until = day,
    ...more
  }: Partial<{
    by: string;
    gate: string;
    from: number;
    until: number;
    for: string;
  }> = {},
) =>
  api.post(by, `/v1/gates/${gate}/delegations`, {
    delegationId: randomUUID(),
    to,
    startsAt: new Date(Date.now() + from).toISOString(),
    endsAt: new Date(Date.now() + until).toISOString(),
    reason: '出差',
    ...more,
  });
const signs = (api: Api, person: string, gate = 'legal') =>
  api.post(person, `${api.path}/gates/${gate}/sign`, { seal: api.seal });

describe('delegation', () => {
  test('a delegate signs for the reviewer, who is named in the decision', async () => {
    const api = deskApi();
    expect((await signs(api, 'deputy')).status).toBe(403);
    expect((await delegateTo(api, 'deputy')).status).toBe(200);
    expect((await signs(api, 'deputy')).status).toBe(200);
    expect(api.acts[0]?.argument).toMatchObject({ reviewerId: 'deputy', actingFor: 'reviewer-legal', gate: 'legal' });
    expect((await signs(api, 'deputy', 'secrecy')).status).toBe(403);
  });

  test('a reviewer of the gate signs for himself, whatever he holds', async () => {
    const api = deskApi();
    await delegateTo(api, 'second-legal');
    await signs(api, 'second-legal');
    expect(api.acts[0]?.argument).toMatchObject({ reviewerId: 'second-legal' });
    expect(api.acts[0]?.argument).not.toHaveProperty('actingFor');
  });

  test.each([
    ['has not begun', { from: day, until: 2 * day }],
    ['has ended', { from: -2 * day, until: -day }],
  ])('counts for nothing where it %s', async (_what, period) => {
    const api = deskApi();
    await delegateTo(api, 'deputy', period);
    expect((await signs(api, 'deputy')).status).toBe(403);
  });

  test('counts for nothing once it was revoked, or once the reviewer is one no more', async () => {
    const api = deskApi();
    const { delegations } = DelegationsAnswer.parse((await delegateTo(api, 'deputy')).body);
    const revoke = `/v1/delegations/${delegations[0]?.delegationId}/revoke`;
    expect((await api.post('second-legal', revoke, { reason: '回来了' })).status).toBe(403);
    expect((await api.post('reviewer-legal', revoke, { reason: '回来了' })).status).toBe(200);
    expect((await signs(api, 'deputy')).status).toBe(403);

    const other = deskApi();
    const now = new Date().toISOString();
    const stale = { gate: 'legal', from: 'reviewer-wording', to: 'deputy', startsAt: now, endsAt: now, reason: 'x' };
    other.rows.delegations.push({
      ...stale,
      delegationId: randomUUID(),
      recordedBy: 'leader',
      recordedAt: now,
      revoked: null,
      state: 'valid',
    });
    expect((await signs(other, 'deputy')).status).toBe(403);
  });

  test('a leader may record and revoke it for a reviewer who cannot', async () => {
    const api = deskApi();
    const recorded = await delegateTo(api, 'deputy', { by: 'leader', for: 'reviewer-legal' });
    const { delegations } = DelegationsAnswer.parse(recorded.body);
    expect(delegations).toMatchObject([{ from: 'reviewer-legal', recordedBy: 'leader', state: 'valid' }]);
    const revoke = `/v1/delegations/${delegations[0]?.delegationId}/revoke`;
    expect((await api.post('second-leader', revoke, { reason: '回来了' })).status).toBe(200);
  });

  test.each([
    ['by somebody who does not review the gate', 'deputy', { by: 'reviewer-wording' }],
    ['of a gate for a reviewer by another reviewer', 'deputy', { by: 'second-legal', for: 'reviewer-legal' }],
    ['by a leader for somebody who does not review the gate', 'deputy', { by: 'leader', for: 'operator' }],
    ['to oneself', 'reviewer-legal', {}],
    ['by a leader to himself', 'leader', { by: 'leader', for: 'reviewer-legal' }],
    ['to an auditor', 'auditor', {}],
    ['to nobody', 'nobody', {}],
    ['that ends before it begins', 'deputy', { from: 2 * day, until: day }],
  ])('is refused %s', async (_what, to, more) => {
    const api = deskApi();
    const answer = await delegateTo(api, to, more);
    expect([answer.status, refusal(answer.body).type]).toEqual([403, 'NotAllowed']);
    expect(api.rows.delegations).toEqual([]);
  });

  test('cannot be handed on, and cannot close a ring', async () => {
    const api = deskApi();
    await delegateTo(api, 'deputy');
    expect((await delegateTo(api, 'operator', { by: 'leader', for: 'deputy' })).status).toBe(403);
    await delegateTo(api, 'second-legal');
    expect((await delegateTo(api, 'reviewer-legal', { by: 'second-legal' })).status).toBe(403);
  });

  test('neither of the two may have drafted the bundle or decided another gate: the rules say so again', () => {
    const board = openBoard(deskApi().bundleId);
    board.submission = submission({ seal: deskApi().seal, editors: ['drafter'] });
    board.state = 'in-review';
    board.gates = deskApi().board.gates.map((gate) => ({ ...gate }));
    Object.assign(board.gates[2] ?? {}, { state: 'signed', reviewerId: 'busy', actingFor: 'absent' });
    const decide = (reviewerId: string, actingFor: string) => () =>
      assertMayDecide(board, { decision: 'signed', gate: 'legal', seal: deskApi().seal, reviewerId, actingFor });
    expect(decide('deputy', 'reviewer-legal')).not.toThrow();
    for (const [who, forWhom] of [
      ['drafter', 'reviewer-legal'],
      ['deputy', 'drafter'],
      ['busy', 'reviewer-legal'],
      ['deputy', 'absent'],
      ['absent', 'reviewer-legal'],
    ] as const)
      expect(decide(who, forWhom), `${who} for ${forWhom}`).toThrow();
  });

  test('a repeat of the same request is the same delegation', async () => {
    const api = deskApi();
    const body = {
      delegationId: randomUUID(),
      to: 'second-legal',
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + day).toISOString(),
      reason: '出差',
    };
    for (let time = 0; time < 2; time++) {
      expect((await api.post('reviewer-legal', '/v1/gates/legal/delegations', body)).status).toBe(200);
    }
    expect(api.rows.delegations).toHaveLength(1);
  });
});

test('a permanent failure that a route throws is answered by its own type', async () => {
  const decide = async () => {
    throw permanent('GateNotOpen', { zh: '已有决定', en: 'decided already' });
  };
  const api = deskApi({ answers: { decide } });
  const answer = await signs(api, 'reviewer-legal');
  expect([answer.status, refusal(answer.body).type]).toEqual([409, 'GateNotOpen']);
});
