import { expect, test } from 'vitest';
import { silentReporter } from '../../infra/local/report.ts';
import { CliRefusal, DemoResult } from '../../schemas/cli.ts';
import type { Finding } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import type { ReviewedFinding } from '../../schemas/review.ts';
import { runDemo } from '../../services/cli/demo/run.ts';
import { CliFailure } from '../../services/cli/failure.ts';
import { commandLine, smallBundle } from '../support/command-line.ts';
import { type Misbehaviour, startFakeSystem } from '../support/fake-system.ts';

// Real processes and servers: slow on a busy machine, and never wrong for that.

/** The demo against the stand-in of the system, with a T0 that is near. */
async function demo(wrong: Misbehaviour = {}, files = smallBundle()) {
  await using system = await startFakeSystem(wrong);
  await using cli = await commandLine(system.url);
  const path = `${cli.cwd}/${await cli.write('bundle', files)}`;
  const outcome = await runDemo({
    path,
    dataDir: cli.dataDir,
    configDir: undefined,
    known: { apiUrl: system.url, websiteUrl: system.url, wechatUrl: undefined },
    report: silentReporter,
    signal: AbortSignal.timeout(60_000),
    leadMs: 400,
    withinMs: 30_000,
  });
  return { ...outcome, requests: system.requests.filter((request) => !request.includes('GET')) };
}

const acts = [
  'meng-chunhe POST /v1/bundles',
  'reviewer-political POST /v1/bundles/…/gates/political/sign',
  'reviewer-legal POST /v1/bundles/…/gates/legal/sign',
  'reviewer-secrecy POST /v1/bundles/…/gates/secrecy/sign',
  'reviewer-wording POST /v1/bundles/…/gates/wording/sign',
  'leader POST /v1/bundles/…/arm',
];

test('a release in step is a success: each act by its own person, once, and the prober saw no tear', async () => {
  const { result, problems, exitCode, requests } = await demo();
  expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
  expect(result).toMatchObject({ state: 'released', tornWindowMs: 0, skewMs: 0 });
  expect(DemoResult.parse(result)).toEqual(result);
  expect(requests).toEqual(acts);
});

test('each warning is answered in the signature of its gate', async () => {
  const finding = (code: string, gate: string, severity: Finding['severity']): ReviewedFinding => {
    const found: Finding = {
      code,
      gate,
      severity,
      item: 'policy-document',
      location: { where: 'body', paragraph: 3, quote: '理和 服务' },
      message: { zh: '多余的空格', en: 'a stray space' },
      source: '国办发〔2012〕14号',
    };
    return { key: findingKey(found), finding: found, answer: null, override: null };
  };
  const findings = [finding('WRD-SPACE', 'wording', 'warning'), finding('LEG-NEW', 'legal', 'warning')];
  const { exitCode, requests } = await demo({ findings: [...findings, finding('POL-NOTE', 'political', 'info')] });
  expect(exitCode).toBe(0);
  expect(requests).toEqual(acts);
});

test('an interpretation that comes after its policy is found by the prober, whatever the system says of itself', async () => {
  const { result, problems, exitCode } = await demo({ tornForLooks: 3 });
  expect(result.state).toBe('released');
  expect(result.tornWindowMs).toBeGreaterThan(0);
  expect(exitCode).toBe(1);
  expect(problems.map(({ en }) => en).join()).toContain('only a part was public');
});

test('a page that is public before T0 is found by the prober', async () => {
  const { problems, exitCode } = await demo({ early: true });
  expect(exitCode).toBe(1);
  expect(problems.map(({ en }) => en).join()).toMatch(/public \d+ ms early|looked too late/);
});

test.each([['POST /v1/bundles'], ['POST /v1/bundles/…/gates/legal/sign'], ['POST /v1/bundles/…/arm']])(
  '%s that was carried out and not answered is looked up, and not done twice',
  async (name) => {
    const { exitCode, requests } = await demo({ cutOff: [name] });
    expect(exitCode).toBe(0);
    expect(requests).toEqual(acts);
  },
);

test('every act is tried again while its dependency is down', async () => {
  const { exitCode, requests } = await demo({ down: acts.map((act) => act.slice(act.indexOf('POST'))) });
  expect(exitCode).toBe(0);
  expect(requests).toEqual(acts.flatMap((act) => [act, act]));
});

test('a release that is not whole is no success', async () => {
  expect(await demo({ ends: 'partly-released' })).toMatchObject({ exitCode: 1, result: { state: 'partly-released' } });
});

test('the bundle gets a new id each time, and channels that are not installed are left out', async () => {
  const files = smallBundle((manifest) => Object.assign(manifest, { channels: ['website', 'app', 'press-pack'] }));
  const [first, second] = [await demo({}, files), await demo({}, files)];
  expect(first.result.channels.map(({ channel }) => channel)).toEqual(['website', 'press-pack']);
  expect(first.result.bundleId).not.toBe(second.result.bundleId);
});

test('a bundle for channels that are all missing is refused', async () => {
  const files = smallBundle((manifest) => Object.assign(manifest, { channels: ['gazette'] }));
  await expect(demo({}, files)).rejects.toSatisfy(
    (error) => error instanceof CliFailure && error.exitCode === 3 && error.refusal.type === 'ChannelNotInstalled',
  );
});

test('a refusal by the system ends the demo with its reason and exit code', async () => {
  await using system = await startFakeSystem({ refuse: { 'POST /v1/bundles': 'BundleIncomplete' } });
  await using cli = await commandLine(system.url);
  const answer = await cli.run('demo', await cli.write('bundle', smallBundle()), '--json');
  expect(answer.code).toBe(3);
  expect(CliRefusal.parse(JSON.parse(answer.out)).error.type).toBe('BundleIncomplete');
});

test.each<Misbehaviour>([{ stuckAfterGates: 'channel-refused' }, { stuckAfterGates: 'returned' }])(
  'what will never be ready is told with its reason, and not waited for: %j',
  async (wrong) => {
    await expect(demo(wrong)).rejects.toSatisfy(
      (error) => error instanceof CliFailure && error.refusal.message.en.includes('the cover cannot be opened'),
    );
  },
);
