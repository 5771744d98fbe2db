import { readdir } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { ErrorType } from '../../schemas/api.ts';
import { CliDoctor, CliDown, CliRefusal, CliStatus, CliSubmitted } from '../../schemas/cli.ts';
import { buildProgram } from '../../services/cli/program.ts';
import type { Surroundings } from '../../services/cli/surroundings.ts';
import { commandLine, smallBundle } from '../support/command-line.ts';
import { type Misbehaviour, startFakeSystem } from '../support/fake-system.ts';

// Real processes and servers: slow on a busy machine, and never wrong for that.

const nobody = 'http://127.0.0.1:9'; // the discard port: nothing listens

async function withSystem(wrong?: Misbehaviour) {
  const system = await startFakeSystem(wrong);
  const cli = await commandLine(system.url);
  return {
    system,
    cli,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await system[Symbol.asyncDispose]();
    },
  };
}

describe('what cannot be read as a command line ends 2', () => {
  test.each([
    [[], '', 'Usage'],
    [['nonsense'], '没有这个命令', 'unknown command'],
    [['gate', 'stamp'], '没有这个命令', 'unknown command'],
    [['release', 'list', '--nonsense'], '没有这个选项', 'unknown option'],
    [['release', 'status'], '缺少参数', 'missing required argument'],
    [['release', 'hold', 'x'], '缺少必需的选项', '--reason'],
    [['release', 'hold', 'x', '--as', 'leader', '--reason', '  '], '选项的值不能用', 'reason'],
    [['release', 'arm', 'x', '--as', 'leader', '--at', '明天'], '不是能用的时间', 'not a time'],
    [['release', 'arm', 'x', '--as', 'leader', '--at', '2026-03-02T09:00:00'], '要带时区', 'offset'],
    [['submit', '.', '--channels', 'website,fax'], '不是渠道', 'no channels'],
    [['submit', '.', '--policy', 'hope'], '参数的值不能用', 'hold-all'],
    [['release', 'list', '--api', 'here'], '--api', 'address'],
    [['gate', 'sign', 'x', 'legal'], '没有说明由谁办理', '--as'],
    [['gate', 'sign', 'x', 'legal', '--as', 'stranger'], '没有人员', 'stranger'],
    [['gate', 'sign', 'x', 'legal', '--as', 'leader', '--seal', 'abc'], '不是封签', 'not a seal'],
  ])('%j', async (argv, zh, en) => {
    await using cli = await commandLine(nobody);
    const { code, out, err } = await cli.run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(zh);
    expect(err).toContain(en);
  });

  test('the help says what each command, argument and option is in Chinese and in English', () => {
    const described = (command: Command): string[] => [
      command.description(),
      ...command.options.map(({ description }) => description),
      ...command.registeredArguments.map(({ description }) => description),
      ...command.commands.flatMap(described),
    ];
    const all = described(buildProgram({} as Surroundings, () => {}));
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((text) => !/\p{Script=Han}/u.test(text) || !/[a-z]{2}/.test(text))).toEqual([]);
  });

  test('help and version are no mistake', async () => {
    await using cli = await commandLine();
    expect(await cli.run('--help')).toMatchObject({ code: 0, err: '' });
    expect((await cli.run('gate', 'sign', '--help')).code).toBe(0);
    expect((await cli.run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('input that cannot be read or accepted ends 2 or 3, says what and where, and nothing is sent', () => {
  test.each<[string, Record<string, string | null>, number, string]>([
    ['a manifest that is no JSON', { 'manifest.json': '{' }, 2, 'MANIFEST-INVALID'],
    ['no manifest at all', { 'manifest.json': null }, 2, 'MANIFEST-INVALID'],
    ['a listed file that is missing', { 'text.md': null }, 3, 'MANIFEST-MISSING-FILE'],
    ['an empty document', { 'policy.md': '' }, 3, 'policy'],
    ['a file that was changed since', { 'text.md': 'other' }, 3, 'MANIFEST-MISSING-FILE'],
  ])('%s', async (_, changes, code, named) => {
    await using all = await withSystem();
    const files = smallBundle();
    for (const [file, content] of Object.entries(changes)) {
      if (content === null) delete files[file];
      else files[file] = content;
    }
    const answer = await all.cli.run('submit', await all.cli.write('bundle', files), '--as', 'meng-chunhe');
    expect(answer).toMatchObject({ code, out: '' });
    expect(answer.err).toContain(named);
    expect(answer.err).toContain('怎么办');
    expect(all.system.requests).toEqual([]);
  });

  test('a file outside the directory, and two items of one id', async () => {
    await using all = await withSystem();
    type Items = { id: string; file: string }[];
    const outside = smallBundle((manifest) => {
      for (const item of manifest.items as Items) if (item.id === 'text') item.file = '../../etc/passwd';
    });
    const twice = smallBundle((manifest) => {
      for (const item of manifest.items as Items) if (item.id === 'text') item.id = 'plan';
    });
    for (const [files, code] of [
      [outside, 'FILE-PATH-UNSAFE'],
      [twice, 'MANIFEST-DUPLICATE-ID'],
    ] as const) {
      const answer = await all.cli.run('submit', await all.cli.write(code, files), '--as', 'meng-chunhe', '--json');
      expect(answer.code).toBe(3);
      expect(CliRefusal.parse(JSON.parse(answer.out)).error.findings.map((finding) => finding.code)).toContain(code);
    }
    expect(all.system.requests).toEqual([]);
  });

  test('nothing there, and a single document', async () => {
    await using cli = await commandLine(nobody);
    expect((await cli.run('submit', 'nowhere')).code).toBe(2);
    await cli.write('docs', { 'policy.md': '# 通知' });
    expect(await cli.run('submit', 'docs/policy.md')).toMatchObject({
      code: 2,
      err: expect.stringContaining('不是政策包'),
    });
  });
});

describe('submit', () => {
  test('sends the manifest and the listed files, nothing else, and says what it left', async () => {
    await using all = await withSystem();
    const path = await all.cli.write('bundle', { ...smallBundle(), 'salaries.xlsx': 'private' });
    const { code, out, err } = await all.cli.run('submit', path, '--as', 'meng-chunhe', '--json');
    expect(code).toBe(0);
    expect(CliSubmitted.parse(JSON.parse(out))).toMatchObject({ state: 'in-review', unlistedFiles: ['salaries.xlsx'] });
    expect(err).toContain('salaries.xlsx');
    const [bundle] = all.system.bundles.values();
    expect(bundle?.manifest.items.map(({ file }) => file)).toEqual(['policy.md', 'plan.md', 'text.md']);
    expect(all.system.requests).toEqual(['meng-chunhe POST /v1/bundles']);
  });
});

describe('each kind of ending has its exit code', () => {
  const codes: Partial<Record<ErrorType, number>> = {
    BadRequest: 2,
    BundleUnreadable: 2,
    T0Invalid: 2,
    BundleIncomplete: 3,
    ChannelNotInstalled: 3,
    FindingsBlock: 3,
    FindingsUnanswered: 3,
    RestoreUnreconciled: 3,
    GateNotOpen: 3,
    GatesNotPassed: 3,
    NotAllowed: 3,
    SealStale: 3,
    WrongPhase: 3,
    DependencyDown: 5,
  };
  const all = ErrorType.options.flatMap((option) => option.options);
  test.each(all)('the API refuses with %s', async (type) => {
    const name = 'POST /v1/bundles/…/withdraw';
    await using system = await startFakeSystem({ refuse: { [name]: type } });
    await using cli = await commandLine(system.url);
    const argv = ['withdraw', 'x', '--as', 'leader', '--reason', '数字有误'];
    const human = await cli.run(...argv);
    expect(human.code).toBe(codes[type] ?? 1);
    expect(human.err).toContain(`不行 ${type}`);
    const machine = await cli.run(...argv, '--json');
    expect(machine).toMatchObject({ code: human.code, err: '' });
    expect(CliRefusal.parse(JSON.parse(machine.out)).error.type).toBe(type);
  });

  test('an act that was sent and not answered ends 4, and is not repeated', async () => {
    await using all = await withSystem({ cutOff: ['POST /v1/bundles'] });
    const path = await all.cli.write('bundle', smallBundle());
    expect((await all.cli.run('submit', path, '--as', 'meng-chunhe')).code).toBe(4);
    expect(all.system.requests).toHaveLength(1);
  });

  test('a system that is not there ends 5 and names the mend', async () => {
    await using cli = await commandLine(nobody);
    expect(await cli.run('release', 'list')).toMatchObject({ code: 5, err: expect.stringContaining('npm start') });
    await using nowhere = await commandLine();
    expect(await nowhere.run('release', 'list')).toMatchObject({ code: 5, err: expect.stringContaining('npm start') });
  });
});

describe('the way of a bundle, command by command', () => {
  test('signs the seal that is current, names who acts, shows the board, arms and follows to the end', async () => {
    await using all = await withSystem();
    const { cli } = all;
    const submitted = await cli.run(
      'submit',
      await cli.write('bundle', smallBundle()),
      '--as',
      'meng-chunhe',
      '--json',
    );
    const { bundleId, seal } = CliSubmitted.parse(JSON.parse(submitted.out));

    const stale = await cli.run('gate', 'sign', bundleId, 'legal', '--as', 'reviewer-legal', '--seal', '0'.repeat(64));
    expect(stale.code).toBe(3);
    for (const gate of ['political', 'legal', 'secrecy', 'wording']) {
      const signed = await cli.run('gate', 'sign', bundleId, gate, '--as', `reviewer-${gate}`);
      expect(signed.code).toBe(0);
      expect(signed.err).toContain(seal);
    }
    const twice = await cli.run('gate', 'sign', bundleId, 'legal', '--as', 'reviewer-legal', '--json');
    expect(twice.code).toBe(3);

    const armed = await cli.run('release', 'arm', bundleId, '--at', '+1s', '--as', 'leader', '--json');
    expect(CliStatus.parse(JSON.parse(armed.out)).state).toBe('armed');
    const watched = await cli.run('release', 'status', bundleId, '--watch', '--json');
    expect(watched.code).toBe(0);
    const states = watched.out
      .trim()
      .split('\n')
      .map((line) => CliStatus.parse(JSON.parse(line)).state);
    expect([states[0], states.at(-1)]).toEqual(['armed', 'released']);
    expect(all.system.requests).toContain('reviewer-legal POST /v1/bundles/…/gates/legal/sign');
    expect(all.system.requests).toContain('auditor GET /v1/bundles/…');

    const shown = stripVTControlCharacters((await cli.run('release', 'status', bundleId)).out);
    expect(shown).toContain('关于规范校园周边交通秩序的通知');
    expect(shown).toContain('已发布 released');
    expect((await cli.run('release', 'list')).out).toContain(bundleId);
    expect((await cli.run('receipts', bundleId, '--json')).out).toBe('{"receipts":[]}\n');
  });

  test('to arm right after the last signature waits for the channels, and counts from when they are ready', async () => {
    await using all = await withSystem({ preparesForLooks: 2 });
    const { cli } = all;
    const bundle = await cli.write('bundle', smallBundle());
    const submitted = await cli.run('submit', bundle, '--as', 'meng-chunhe', '--json');
    const { bundleId } = CliSubmitted.parse(JSON.parse(submitted.out));
    for (const gate of ['political', 'legal', 'secrecy', 'wording'])
      await cli.run('gate', 'sign', bundleId, gate, '--as', `reviewer-${gate}`);
    const armed = await cli.run('release', 'arm', bundleId, '--at', '+1s', '--as', 'leader', '--json');
    expect(armed.err).toContain('预置 prepare');
    const { state, plan, channels } = CliStatus.parse(JSON.parse(armed.out));
    expect(state).toBe('armed');
    const ready = Math.max(...channels.map(({ readyAt }) => Date.parse(readyAt ?? '')));
    expect(Date.parse(plan?.t0 ?? '')).toBeGreaterThanOrEqual(ready + 1_000);
  });

  test('a watched release whose outcome is unknown ends 4', async () => {
    await using all = await withSystem({ ends: 'outcome-unknown' });
    const { cli } = all;
    const submitted = await cli.run(
      'submit',
      await cli.write('bundle', smallBundle()),
      '--as',
      'meng-chunhe',
      '--json',
    );
    const { bundleId } = CliSubmitted.parse(JSON.parse(submitted.out));
    for (const gate of ['political', 'legal', 'secrecy', 'wording'])
      await cli.run('gate', 'sign', bundleId, gate, '--as', `reviewer-${gate}`);
    await cli.run('release', 'arm', bundleId, '--at', '+1s', '--as', 'leader');
    expect((await cli.run('release', 'status', bundleId, '--watch')).code).toBe(4);
    expect((await cli.run('release', 'status', bundleId)).code).toBe(4);
  });
});

describe('the machine itself', () => {
  test('down where nothing runs is no failure; --purge leaves a directory alone that is not ours', async () => {
    await using cli = await commandLine();
    const nothing = await cli.run('down', '--json');
    expect(nothing.code).toBe(0);
    expect(CliDown.parse(JSON.parse(nothing.out))).toEqual({ stopped: [], removed: [] });
    expect((await cli.run('down', '--purge')).code).toBe(1);
    expect(await readdir(cli.dataDir)).toContain('people-tokens.json');
  });

  test('doctor names what it looked at, and how to mend what is wrong', async () => {
    await using cli = await commandLine();
    const { code, out } = await cli.run('doctor', '--json');
    const { checks } = CliDoctor.parse(JSON.parse(out));
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'calendar', 'clock', 'ports']));
    for (const { status, mend } of checks) if (status === 'fail') expect(mend).toBeDefined();
    expect(code).toBe(checks.some(({ status }) => status === 'fail') ? 5 : 0);
  });
});
