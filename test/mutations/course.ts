import { guardsOf } from './mutation.ts';

const inOrder = { tests: 'course tests' } as const;
export const course = [
  ...guardsOf('workflows/policy-release/before-release.ts', 'model', [
    ['T0: late window', 'if (late > lateWindowMs) return missedIt();', ''],
    [
      'T0: what was away till the window was over commits nothing',
      'commitWithin(Math.max(1, lateWindowMs - late))',
      'commitWithin(86_400_000)',
      { tests: 'workflow tests', only: 'missed instant' },
    ],
    ['T0: ready still', 'const isMissing = () => releaseBlockers(board).length > 0;', 'const isMissing = () => false;'],
    ["T0: the plan's row is there", 'if (!(await holdsUntil(() => course.planStored === plan))) return;', ''],
    [
      'T0: watches while the commit waits',
      'await holdsUntil(() => ended || isMissing());',
      'await holdsUntil(() => ended);',
    ],
    ['T0: waits', 'if (late < -EARLY_MS) return void (await holdsUntil(() => false, -late - EARLY_MS));', ''],
    [
      'T0: a hold is told to somebody',
      "await notify('release-held', { detail: notice });",
      '',
      { tests: 'workflow tests', only: 'takes its readiness back stops it' },
    ],
    [
      'prepare: a revision that comes meanwhile is reviewed',
      'if (course.epoch !== preparing) return; // or it would',
      '// it would',
      inOrder,
    ],
    ['clock: each notice once', 'told.add(', 'void (', inOrder],
    ['clock: asked for again while a year is missing', 'if (unknown) clocks = await clocksNow();', '', inOrder],
    [
      'clock: only of open gates',
      'if (at > Date.now() || !isOpen(course, gate)) continue;',
      'if (at > Date.now()) continue;',
      {
        explained:
          'a gate that was decided is left out of the moments ahead already; this is for one that is decided while another is told of',
      },
    ],
    [
      'clock: counts hours once an emergency is declared',
      'clocks = await clocksNow();\n      continue;',
      'continue;',
      { tests: 'workflow tests', only: 'counts hours' },
    ],
  ]),
  ...guardsOf('workflows/policy-release/course.ts', 'model', [
    [
      'rows of transitions: one after another',
      'const stored = lastStored.then(',
      'const stored = Promise.resolve().then(',
      inOrder,
    ],
    ['rows of plans: one after another', 'planWritten.then(async', 'Promise.resolve().then(async', inOrder],
    [
      'told: no try twice',
      'for (const channel of channels) told.set(channel, attempt);',
      'for (const channel of channels) void channel;',
    ],
  ]),
  ...guardsOf('workflows/policy-release/after-commit.ts', 'model', [
    ['first wave: waits for it', 'await condition(over);', ''],
    [
      'begun anew: asks what it has not heard',
      'await tellPeers(course, null);',
      'void tellPeers;',
      { tests: 'workflow tests', only: 'has ended before it could hear' },
    ],
    [
      'first wave: rolls back',
      "if (groupWhole) return enter('verifying', 'system');",
      "return enter('verifying', 'system');",
    ],
    [
      'first wave: the group counts',
      "if (groupWhole) return enter('verifying', 'system');",
      "if (whole) return enter('verifying', 'system');",
    ],
    ['first wave: a withdrawal ends it', '  if (board.withdrawal) return;\n  if (groupWhole)', '  if (groupWhole)'],
    ['rolled back: the plan is spent', 'board.plan = null; // it is spent', '// it is spent'],
    ['group: every member is whole', 'return others.every((other) => peers.get(other) === true);', 'return true;'],
    ['group: a withdrawal waits for nobody', ' || board.withdrawal !== null);\n  return others', ');\n  return others'],
    [
      'group: the others are told',
      '!(await tellPeer(other, {',
      '!((await Promise.resolve(true)) || await tellPeer(other, {',
    ],
    [
      'waves: none after a withdrawal',
      'const due = board.withdrawal ? [] : dueToGo(board, told);',
      'const due = dueToGo(board, told);',
    ],
    [
      'acts: a 公告 acts once it is read back',
      "if (!board.channels.some(({ state }) => state === 'verified')) return;",
      '',
      {
        tests: 'workflow tests',
        only: '公告',
        explained:
          'the first wave is whole before anything settles; this is for a 公告 that goes to irreversible channels only',
      },
    ],
    ['acts: withdraws', "if (amendment.act === 'withdraw') board.withdrawal ??=", 'if (false) board.withdrawal ??='],
    [
      'withdrawal: done when every channel says so',
      "await condition(() => board.channels.every((channel) => channel.state === 'withdrawn'));",
      '',
    ],
  ]),
  ...guardsOf('workflows/policy-release/leaders.ts', 'workflow tests', [
    [
      'arm: the words of an earlier group are forgotten',
      'course.peers.clear();',
      '',
      { only: 'go again after a rollback' },
    ],
    ['hold: takes the plan back', 'if (!(await disarm(course))) {', 'if (false) {', { tests: 'model' }],
    [
      'hold: too late is said',
      'if (!(await disarm(course))) {',
      'await disarm(course); if (false) {',
      { only: 'comes too late' },
    ],
  ]),
  ...guardsOf('workflows/policy-release/channels.ts', 'model', [
    [
      'act: heard once',
      'if (board.amendments.some((known) => known.byReleaseId === byReleaseId && known.act === act)) return;',
      '',
    ],
    ['group: of this group', 'groupId !== board.group?.groupId', 'false'],
    ['group: the first word counts', 'course.peers.has(bundleId)', 'false'],
    [
      'group: says again what it said while it waits',
      'else if (course.saidWhole !== null) await answer(course.saidWhole);',
      '',
      inOrder,
    ],
  ]),
];
