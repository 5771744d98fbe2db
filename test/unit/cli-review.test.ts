import { describe, expect, test } from 'vitest';
import type { BundleId } from '../../schemas/bundle.ts';
import { CliStatus } from '../../schemas/cli.ts';
import { AccessAnswer, EmergenciesAnswer, GroupAnswer, InboxAnswer } from '../../schemas/desk.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import { DelegationsAnswer, FindingsAnswer } from '../../schemas/review.ts';
import type { Releases } from '../../services/api/releases.ts';
import { answersFor, readAnswers } from '../../services/cli/answers.ts';
import { demoAnswers } from '../../services/cli/demo/answers.ts';
import { readDay } from '../../services/cli/moment.ts';
import { commandLine } from '../support/command-line.ts';
import { deskApi, finding } from '../support/desk-api.ts';
import { newBundleId } from '../support/release-fixture.ts';
import { releaseStatus } from '../support/release-status.ts';

const space = finding('WRD-SPACE', 'wording', 'warning', '理和 服务');
const other = finding('WRD-SPACE', 'wording', 'warning', '生 活');
const omission = finding('WRD-OMISSION', 'wording', 'warning', '民生实项目');
const note = finding('WRD-NOTE', 'wording', 'info');
const hidden = finding('SEC-HIDDEN-TEXT', 'secrecy', 'error');
const all = [space, other, omission, note, hidden];
const reviewed = all.map((each) => ({ key: findingKey(each), finding: each }));

/** A command line against the API of the desk; the office's people have their tokens. */
async function desk(options: Parameters<typeof deskApi>[0] = { findings: all }) {
  const api = deskApi(options);
  const server = await api.listen();
  const cli = await commandLine(server.url);
  return {
    ...api,
    ...cli,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('written answers', () => {
  test('a key answers its finding, a code all warnings of that code that have no answer of their own', () => {
    const written = readAnswers([`${findingKey(space)}=这一处`, 'WRD-SPACE=其余各处', 'WRD-OMISSION=a=b'], undefined);
    expect(answersFor('wording', written, reviewed)).toEqual([
      { finding: findingKey(space), answer: '这一处' },
      { finding: findingKey(other), answer: '其余各处' },
      { finding: findingKey(omission), answer: 'a=b' },
    ]);
  });

  test('a file holds the same, and the command line goes before it', () => {
    const written = readAnswers(
      ['WRD-SPACE=后写的'],
      JSON.stringify({ 'WRD-SPACE': '文件里的', 'WRD-OMISSION': '按原文' }),
    );
    expect(Object.fromEntries(written)).toEqual({ 'WRD-SPACE': '后写的', 'WRD-OMISSION': '按原文' });
  });

  test.each([
    ['no text', ['WRD-SPACE='], undefined],
    ['no key', ['=已核对'], undefined],
    ['no answer at all', ['WRD-SPACE'], undefined],
    ['a file that is none', [], '['],
    ['a file of lists', [], '["已核对"]'],
    ['an empty answer in a file', [], '{"WRD-SPACE": " "}'],
  ])('%s is refused', (_what, given, file) => {
    expect(() => readAnswers(given, file)).toThrow();
  });

  test('one that names no finding of this gate is refused: it would be lost', () => {
    for (const name of ['WRD-SPAEC', 'SEC-HIDDEN-TEXT', findingKey(hidden)])
      expect(() => answersFor('wording', new Map([[name, '已核对']]), reviewed), name).toThrow();
  });

  test('the demo people answer each warning of their gate, by its code or by the words that they looked at', () => {
    const unknown = finding('WRD-NEW', 'wording', 'warning', '某处');
    const answers = demoAnswers('wording', [...reviewed, { key: findingKey(unknown), finding: unknown }]);
    expect(answers.map(({ finding: key }) => key)).toEqual([space, other, omission, unknown].map(findingKey));
    expect(answers.at(-1)?.answer).toContain('“某处”');
    expect(answers[0]?.answer).toContain('空格');
  });
});

test('a day counts whole, in Beijing, whatever the clock of the host', () => {
  const now = new Date('2026-11-24T00:00:00Z');
  expect(readDay('2026-12-01', 'start', now)).toBe('2026-11-30T16:00:00.000Z');
  expect(readDay('2026-12-01', 'end', now)).toBe('2026-12-01T15:59:59.999Z');
  expect(readDay('+1h', 'end', now)).toBe('2026-11-24T01:00:00.000Z');
});

describe('what a person types', () => {
  test('gate findings shows each with its key; --gate leaves the others out', async () => {
    await using at = await desk();
    const { findings } = FindingsAnswer.parse(
      JSON.parse((await at.run('gate', 'findings', at.bundleId, '--json')).out),
    );
    expect(findings).toHaveLength(all.length);
    const { out } = await at.run('gate', 'findings', at.bundleId, '--gate', 'secrecy');
    expect(out).toContain(findingKey(hidden));
    expect(out).not.toContain('WRD-');
  });

  test('gate sign sends the answers of a file and of the command line', async () => {
    await using at = await desk();
    await at.write('.', { 'answers.json': JSON.stringify({ 'WRD-OMISSION': '按原文' }) });
    const argv = ['gate', 'sign', at.bundleId, 'wording', '--as', 'reviewer-wording'];
    const answer = await at.run(...argv, '--answers', 'answers.json', '--answer', 'WRD-SPACE=已核对', '--json');
    expect(answer.code).toBe(0);
    CliStatus.parse(JSON.parse(answer.out));
    expect(at.acts[0]?.argument).toMatchObject({
      answers: [{ answer: '已核对' }, { answer: '已核对' }, { finding: findingKey(omission), answer: '按原文' }],
    });
    expect(await at.run(...argv, '--answer', 'WRD-SPAEC=已核对')).toMatchObject({ code: 2 });
    expect(await at.run(...argv, '--answers', 'nowhere.json')).toMatchObject({ code: 2 });
    expect(at.acts).toHaveLength(1);
  });

  test('gate override request and confirm, each with a reason', async () => {
    await using at = await desk();
    const override = (step: string, as: string, ...more: string[]) =>
      at.run('gate', 'override', step, at.bundleId, findingKey(hidden), '--as', as, ...more);
    expect((await override('request', 'reviewer-secrecy')).code).toBe(2);
    expect((await override('request', 'reviewer-secrecy', '--reason', '引用')).code).toBe(0);
    expect((await override('confirm', 'leader', '--reason', '同意')).code).toBe(0);
    expect(at.acts.map(({ name, argument }) => `${name} ${argument.actorId} ${argument.reason}`)).toEqual([
      'requestOverride reviewer-secrecy 引用',
      'confirmOverride leader 同意',
    ]);
    const wrong = await at.run('gate', 'override', 'request', at.bundleId, 'X', '--as', 'leader', '--reason', 'x');
    expect(wrong.code).toBe(2);
  });

  test('gate delegate, delegations, revoke', async () => {
    await using at = await desk();
    const made = await at.run(
      ...['gate', 'delegate', 'legal', '--to', 'operator', '--until', '2099-12-31'],
      ...['--reason', '出差', '--as', 'reviewer-legal', '--json'],
    );
    expect(made.code).toBe(0);
    const [delegation] = DelegationsAnswer.parse(JSON.parse(made.out)).delegations;
    expect(delegation).toMatchObject({ to: 'operator', endsAt: '2099-12-31T15:59:59.999Z', state: 'valid' });
    expect((await at.run('gate', 'delegations')).out).toContain('reviewer-legal → operator');
    const id = delegation?.delegationId ?? '';
    expect((await at.run('gate', 'revoke', id, '--reason', '回来了', '--as', 'operator')).code).toBe(3);
    expect((await at.run('gate', 'revoke', id, '--reason', '回来了', '--as', 'reviewer-legal')).code).toBe(0);
    expect(at.rows.delegations).toMatchObject([{ state: 'revoked' }]);
  });

  test('inbox is of the person who asks', async () => {
    await using at = await desk();
    at.rows.unfinished = [at.bundleId];
    expect((await at.run('inbox')).code).toBe(2);
    const { out } = await at.run('inbox', '--as', 'reviewer-legal', '--json');
    expect(InboxAnswer.parse(JSON.parse(out)).items).toMatchObject([{ kind: 'gate', gate: 'legal' }]);
    expect((await at.run('inbox', '--as', 'reviewer-legal')).out).toContain('法律关');
    expect((await at.run('inbox', '--as', 'operator')).out).toContain('没有待办');
  });

  test.each([
    [['retry', '--channel', 'wechat', '--as', 'operator'], 'retryChannel', { channel: 'wechat' }],
    [
      ['settle', '--channel', 'wechat', '--seen', 'verified', '--evidence', '后台可见', '--as', 'operator'],
      'settleChannel',
      { channel: 'wechat', state: 'verified', evidence: '后台可见' },
    ],
    [['compensate', '--reason', '渠道失败', '--as', 'leader'], 'compensate', { reason: '渠道失败', actorId: 'leader' }],
    [['emergency', '--reason', '汛情', '--as', 'leader'], 'declareEmergency', { reason: '汛情', actorId: 'leader' }],
  ])('release %j', async ([verb = '', ...rest], name, argument) => {
    await using at = await desk();
    const { code, out } = await at.run('release', verb, at.bundleId, ...rest, '--json');
    expect(code).toBe(0);
    CliStatus.parse(JSON.parse(out));
    expect(at.acts).toMatchObject([{ name, argument }]);
  });

  test('a channel or an outcome that there is not is told before anything is sent', async () => {
    await using at = await desk();
    const argv = [
      'release',
      'settle',
      at.bundleId,
      '--channel',
      'fax',
      '--seen',
      'gone',
      '--evidence',
      'x',
      '--as',
      'operator',
    ];
    expect((await at.run(...argv)).code).toBe(2);
    expect(at.acts).toEqual([]);
  });

  test('release group arms what it names, with the seals that they have now', async () => {
    const armed: string[] = [];
    const answers = {
      status: async (bundleId: BundleId) => releaseStatus({ bundleId, state: 'prepared' }),
      arm: async (bundleId: BundleId, { seal, group }: Parameters<Releases['arm']>[1]) => {
        armed.push(`${bundleId} ${seal} ${group?.members.length}`);
        return releaseStatus({ bundleId, state: 'armed' });
      },
    };
    await using at = await desk({ answers });
    const ids = [newBundleId(), newBundleId()];
    const { code, out } = await at.run('release', 'group', ...ids, '--at', '+1m', '--as', 'leader', '--json');
    expect(code).toBe(0);
    expect(GroupAnswer.parse(JSON.parse(out)).members.map(({ bundleId }) => bundleId)).toEqual(ids);
    expect(armed).toEqual(ids.map((id) => `${id} ${releaseStatus().seal} 2`));
    expect((await at.run('release', 'group', ids[0] ?? '', '--at', '+1m', '--as', 'leader')).code).toBe(2);
    expect((await at.run('release', 'group', ...ids, '--at', 'soon', '--as', 'leader')).code).toBe(2);
  });

  test('emergency report and list, audit access', async () => {
    await using at = await desk();
    at.rows.emergencies = [
      {
        bundleId: at.bundleId,
        documentNumber: null,
        reason: '汛情',
        declaredBy: 'leader',
        declaredAt: '2026-09-28T01:00:00.000Z',
        submittedAt: '2026-09-28T00:00:00.000Z',
        gates: [],
        releasedAt: '2026-09-28T06:00:00.000Z',
        report: null,
      },
    ];
    at.rows.exposures = [{ bundleId: at.bundleId, revision: 1, isPublic: false }];
    const report = ['emergency', 'report', at.bundleId, '--text', '均已审签', '--as', 'leader'];
    expect((await at.run(...report)).code).toBe(0);
    const { out } = await at.run('emergency', 'list', '--year', '2026', '--json');
    expect(EmergenciesAnswer.parse(JSON.parse(out)).emergencies).toMatchObject([{ state: 'reported' }]);
    expect((await at.run('emergency', 'list')).out).toContain('汛情');
    await at.run('release', 'status', at.bundleId);
    const access = await at.run('audit', 'access', at.bundleId, '--json');
    expect(AccessAnswer.parse(JSON.parse(access.out)).reads).toMatchObject([{ personId: 'auditor', what: 'status' }]);
    expect((await at.run('audit', 'access', at.bundleId)).out).toContain('auditor');
  });
});
