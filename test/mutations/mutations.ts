/** Which tests should notice; `only` names one where the others would only cost time. */
export const suites = {
  model: { project: 'unit', files: ['test/unit/policy-release-model.test.ts'] },
  'workflow tests': { project: 'workflows', files: ['test/workflows/policy-release'] },
  'core tests': { project: 'integration', files: ['test/integration/core-commit', 'test/integration/core-decisions'] },
  'audit tests': { project: 'integration', files: ['test/integration/audit-chain.test.ts'] },
} as const;

export type Mutation = {
  guard: string;
  file: string;
  /** Occurs once in the file. */
  find: string;
  replace: string;
  tests: keyof typeof suites;
  only?: string;
  /** Why nothing notices, where that is in order. */
  explained?: string;
};

type Guard = [guard: string, find: string, replace: string, more?: Partial<Mutation>];
const of = (file: string, tests: Mutation['tests'], guards: Guard[]): Mutation[] =>
  guards.map(([guard, find, replace, more]) => ({ guard, file, find, replace, tests, ...more }));

const never = 'if (false) {';
const rules = of('workflows/policy-release/rules.ts', 'model', [
  ['submit: phase', 'if (!replaceable.includes(board.state)) {', never],
  ['submit: the number rises', 'if (submission.revision <= (board.submission?.revision ?? 0)) {', never],
  ['decide: in review', "if (!submission || state !== 'in-review') {", 'if (!submission) {'],
  ['decide: seal', 'if (decision.seal !== submission.seal) {', never],
  ['decide: gate open', "if (gate?.state !== 'open') {", 'if (!gate) {'],
  ['decide: not for oneself', 'if (decision.actingFor === decision.reviewerId) {', never],
  ['decide: no drafter', 'if (people.some((person) => submission.editors.includes(person))) {', never],
  ['decide: one gate a person', 'if (!taken) continue;', 'continue;'],
  ['decide: whom one acts for counts', '...(decision.actingFor ? [decision.actingFor] : [])', ''],
  ['decide: who was acted for counts', ' || person === other.actingFor', ''],
  ['decide: error findings', 'if (gate.blockedBy.length > 0) {', never],
  ['decide: warnings answered', 'if (open.length > 0) {', never],
  [
    'override: in review',
    "if (!submission || state !== 'in-review') throw wrongPhase(state, '办理例外放行'",
    "if (!submission) throw wrongPhase(state, '办理例外放行'",
  ],
  ['override: seal', 'if (seal !== submission.seal) throw sealStale();', ''],
  [
    'override: only where its rule allows',
    'if (!error?.overridable) {',
    'if (!error) {',
    { tests: 'workflow tests', only: 'pass by two people' },
  ],
  ['override: no drafter', 'if (submission.editors.includes(actorId)) {', never],
  ['override: asked once, confirmed once', "if (step === 'confirmed' ? !asked || asked.confirmedBy : asked) {", never],
  [
    'override: two people',
    "if (step === 'confirmed' && asked?.requestedBy === actorId) {",
    never,
    { tests: 'workflow tests', only: 'pass by two people' },
  ],
  ['emergency: once', 'if (emergency) throw', 'if (false) throw'],
  [
    'compensate: policy and state',
    "if (state !== 'partly-released' || submission?.policy !== 'compensate' || withdrawal) {",
    'if (withdrawal) {',
  ],
  [
    'compensate: second person',
    'if (actorId === armedBy) {',
    never,
    { tests: 'workflow tests', only: 'needs a second person' },
  ],
  ['retry: phase', 'if (!(lost ? withReaders : retriable).includes(state) || !status) {', 'if (!status) {'],
  [
    'retry: only what was refused',
    "if (lost ? status.state === 'verified' && channel !== 'press-pack' : status.state === 'refused') return;",
    'return;',
  ],
  ['settle: nothing is public before the commit', "(seen === 'verified' && mayBePublic)", "seen === 'verified'"],
  ['settle: only doubt', "const unknown = status === 'unknown' && (", 'const unknown = ('],
  [
    'settle: withdrawn only while withdrawing',
    "if (state === 'withdrawing' ? takenBack : unknown) return;",
    'if (takenBack || unknown) return;',
  ],
  [
    'arm: nothing missing',
    "  assertNothingMissing(board);\n  if (board.state !== 'prepared') {",
    "  if (board.state !== 'prepared') {",
  ],
  ['arm: prepared', "if (board.state !== 'prepared') {", never],
  ['arm: seal', 'if (seal !== board.submission?.seal) throw sealStale();', ''],
  ['arm, resume: an instant to come', 'if (Date.parse(t0) > now) return;', 'return;'],
  ['hold: phase', "if (state === 'armed' || state === 'prepared') return;", 'return;'],
  ['resume: held', "if (state !== 'held') {", never],
  ['resume: nothing missing', 'if (plan) assertNothingMissing(board);', ''],
  ['withdraw: submitted, once', "if (state === 'draft' || state === 'withdrawn' || withdrawal) {", never],
  [
    'blockers: plan',
    'if (submission.interpretationPlans === 0 && !submission.isNotice) {',
    never,
    { tests: 'workflow tests', only: '没有解读方案' },
  ],
  [
    'blockers: materials',
    'if (submission.interpretationMaterials === 0 && !submission.isNotice) {',
    never,
    { tests: 'workflow tests', only: '没有解读材料' },
  ],
  ['blockers: gates', "if (gate.state === 'signed') continue;", 'continue;'],
  ['blockers: channels', "if (channel.state === 'ready') continue;", 'continue;'],
  [
    'blockers: none once it is out',
    'if (!submission || !isBeforeCommit(state)) return [];',
    'if (!submission) return [];',
  ],
  [
    'blockers: a 公告 interprets nothing',
    'submission.interpretationPlans === 0 && !submission.isNotice',
    'submission.interpretationPlans === 0',
    { tests: 'workflow tests', only: '公告' },
  ],
]);

const board = of('workflows/policy-release/board.ts', 'model', [
  ['receipt: of this release', ' || receipt.releaseId !== board.releaseId', ''],
  ['receipt: of this try', 'receipt.attempt < channel.attempt || ', ''],
  [
    'receipt: never backwards',
    "if (rank[receipt.state] <= rank[channel.state] && !(refusal && channel.state !== 'withdrawn')) return;",
    '',
  ],
  ['receipt: withdrawn is the last word', "!(refusal && channel.state !== 'withdrawn')", '!refusal'],
  ['receipt: a refusal is heard', "const refusal = receipt.state === 'refused' || doubt;", 'const refusal = doubt;'],
  ['receipt: no doubt of what was read back', ' && rank[channel.state] < rank.verified;', ';'],
  [
    'cleared: every gate',
    "board.gates.every((gate) => gate.state === 'signed');",
    "board.gates.some((gate) => gate.state === 'signed');",
  ],
  ['reached: what failed has not', "!failed.includes(reached) && reached !== 'unknown'", "reached !== 'unknown'"],
  ['reached: nor what is in doubt', "!failed.includes(reached) && reached !== 'unknown'", '!failed.includes(reached)'],
  ['waves: told once', ' && told.get(channel) !== attempt,', ','],
  ['waves: the one before has ended', 'if (!haveSettled(board, inWave)) return [];', ''],
  [
    'waves: undoable channels whole, whatever the policy',
    "wave !== undoableWave && policy === 'publish-rest'",
    "policy === 'publish-rest'",
  ],
  ['waves: later failures by the policy', "if (!mayFail && !haveReached(board, inWave, 'verified')) return [];", ''],
  ['withdrawal: a try above every other', 'Math.max(1, ...board.channels.map((channel) => channel.attempt))', '1'],
  ['withdrawal: retried as another try', ' + (refused ? 1 : 0)', ''],
  [
    'retry: starts from nothing',
    'Object.assign(status, emptyChannel(channel, attempt));',
    'Object.assign(status, { attempt });',
  ],
  [
    'outcome: all verified',
    "if (board.channels.every((channel) => channel.state === 'verified')) return 'released';",
    "if (board.channels.some((channel) => channel.state === 'verified')) return 'released';",
  ],
  [
    'outcome: doubt is shown',
    "if (board.channels.some((channel) => channel.state === 'unknown')) return 'outcome-unknown';",
    '',
  ],
  ['revision: overrides fall', '  board.overrides = [];\n', ''],
  ['revision: the instant falls', '  board.plan = null;\n', ''],
  ['revision: the release falls', '  board.releaseId = null;\n', ''],
  [
    'override: a second click of one person is none',
    "if (step === 'requested') {",
    "if (step === 'requested' && !asked) {",
    { tests: 'workflow tests', only: 'double click' },
  ],
  [
    'carried: only onto an open gate',
    "if (gate?.state === 'open') Object.assign",
    'if (gate) Object.assign',
    { explained: 'the row decides first: the database carries nothing onto a gate that has a decision' },
  ],
]);

const course = [
  ...of('workflows/policy-release/before-release.ts', 'model', [
    ['T0: late window', 'if (late > lateWindowMs) {', never],
    ['T0: ready still', 'const isMissing = () => releaseBlockers(board).length > 0;', 'const isMissing = () => false;'],
    [
      'T0: watches while the commit waits',
      'await holdsUntil(() => ended || isMissing());',
      'await holdsUntil(() => ended);',
    ],
    [
      'T0: waits',
      'if (late < -EARLY_MS) return void (await holdsUntil(() => false, -late - EARLY_MS));',
      '',
      { explained: 'the clock of the database answers “early” all the same' },
    ],
    [
      'T0: a hold is told to somebody',
      "await notify('release-held', { detail: notice });",
      '',
      { tests: 'workflow tests', only: 'held, and says why' },
    ],
    ['clock: each notice once', 'told.add(', 'void (', { tests: 'workflow tests', only: 'each once' }],
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
  ...of('workflows/policy-release/after-commit.ts', 'model', [
    ['first wave: waits for it', 'await condition(ended); // the first failure', '// the first failure'],
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
      'const unheard = await Promise.all(others.map(async (other) => !(await tellPeer(board, other, whole))));',
      'const unheard: boolean[] = [];',
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
  ...of('workflows/policy-release/leaders.ts', 'workflow tests', [
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
  ...of('workflows/policy-release/channels.ts', 'model', [
    [
      'act: heard once',
      'if (board.amendments.some((known) => known.byReleaseId === byReleaseId && known.act === act)) return;',
      '',
    ],
    [
      'group: of this group',
      'if (groupId !== board.group?.groupId || course.peers.has(bundleId)) return;',
      'if (course.peers.has(bundleId)) return;',
    ],
    [
      'group: the first word counts',
      'if (groupId !== board.group?.groupId || course.peers.has(bundleId)) return;',
      'if (groupId !== board.group?.groupId) return;',
    ],
  ]),
];

const core = [
  ...of('infra/postgres/core/signed-whole.ts', 'core tests', [
    [
      'commit: this seal',
      "if (!row) throw permanent('SealStale'",
      "if (!row) return; if (!row) throw permanent('SealStale'",
      {
        explained:
          'the plan has been compared with the seal of the call, and staging with the revision; this is for a plan whose seal somebody changed',
      },
    ],
    ['commit: plan and materials', 'if (!whole && !isNotice) {', never],
    ['commit: a 公告 interprets nothing', 'if (!whole && !isNotice) {', 'if (!whole) {'],
    ['commit: every gate', 'if (open.length > 0) {', never],
    ['commit: a return is no signature', "    .where('decision', '=', 'signed')\n", ''],
    ['commit: warnings answered', 'if (unanswered.length > 0) {', never],
    [
      'commit: answered at their own gate',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
      'warnings.filter(({ gate, finding }) => !answered.has(`${gate} ${finding}`));',
      'warnings.filter(({ finding }) => ![...answered].some((each) => each.endsWith(finding)));',
    ],
    [
      'commit: two people let it pass',
      "    .having(({ fn }) => fn.count('person_id').distinct(), '=', 2) // who asked, and who confirmed\n",
      '',
    ],
    ['commit: never where its rule forbids', '!overridable || !mayPass.has(finding)', '!mayPass.has(finding)'],
    ['commit: error findings', 'if (standing.length === 0) return;', 'return;'],
  ]),
  ...of('infra/postgres/core/commit.ts', 'core tests', [
    [
      'commit: a repeat gets the row of the first',
      "if (done) return { outcome: 'committed', committedAt: done.committed_at };",
      '',
    ],
    ['commit: restore mark', 'if (restored) throw unreconciled(restored);', ''],
    [
      'commit: armed',
      'if (!own) throw permanent',
      "if (!own) return { outcome: 'early', waitMs: 1 }; if (!own) throw permanent",
    ],
    ['commit: never early', "if (clock.wait_ms > 0) return { outcome: 'early', waitMs: clock.wait_ms };", ''],
    [
      'commit: the staging of the armed revision',
      "if (!release) throw permanent('SealStale', { zh: '预置的不是这一版', en: 'What is staged is another revision' });",
      "if (!release) return { outcome: 'committed', committedAt: clock.now };",
    ],
    [
      'commit: locks',
      "return plans.orderBy('bundle_id').forUpdate().execute();",
      "return plans.orderBy('bundle_id').execute();",
    ],
    ['group: nobody else goes along', 'if (stranger) throw permanent', 'if (false) throw permanent'],
    [
      'group: every member is armed',
      "if (!plan) throw permanent('WrongPhase', about(bundle_id, '没有待发布', 'is not armed'));",
      'if (!plan) continue;',
    ],
    ['group: one instant', 'if (Date.parse(plan.t0) !== Date.parse(own.t0)) {', never],
    [
      'commit: no newer revision was accepted',
      'if ((accepted.revision ?? plan.revision) !== plan.revision) throw stale(plan);',
      '',
    ],
  ]),
  ...of('infra/postgres/core/decisions.ts', 'core tests', [
    ['carry: signatures only', "      .where('old.decision', '=', 'signed')\n", ''],
    ['carry: the same input', "          .onRef('input.sha256', '=', 'old.input_sha256'),", ','],
    [
      'carry: not over an error',
      "sql<boolean>`not revision.obligations -> 'errors' @> jsonb_build_array(jsonb_build_object('gate', old.gate))`",
      'sql<boolean>`true`',
    ],
  ]),
  ...of('infra/postgres/core/releases.ts', 'core tests', [
    [
      'hold: behind the lock of a commit',
      "await tx.selectFrom('plan').select('t0').where('bundle_id', '=', bundleId).forUpdate().execute();",
      '',
    ],
    ['hold: too late is said', 'if (released) return { committedAt: released.committed_at };', ''],
    [
      'group: a refused list leaves nothing',
      'formGroup: (groupId, members, leaderId) =>\n    db.transaction().execute(async (tx) => {',
      'formGroup: (groupId, members, leaderId) =>\n    (async (tx = db) => {',
      {
        explained:
          'a mutation that does not parse is no mutation; the test of the list is core-commit › “takes nobody along”',
      },
    ],
  ]),
  ...of('infra/postgres/core/migrations/0003-release-engine.sql', 'core tests', [
    [
      'decision on its input',
      '  add constraint decision_on_its_input foreign key (bundle_id, revision, gate, input_sha256)\n    references gate_input (bundle_id, revision, gate, sha256),\n',
      '',
    ],
    [
      'decision carried whole',
      '  add constraint decision_carried_whole foreign key (bundle_id, carried_from, gate, input_sha256, reviewer_id, decision)\n    references decision (bundle_id, revision, gate, input_sha256, reviewer_id, decision);',
      '  add check (true);',
    ],
    [
      'decision carried forward',
      "check (carried_from is null or (carried_from < revision and decision = 'signed'))",
      'check (true)',
    ],
    [
      'one gate a person',
      '  constraint decision_one_gate_a_person primary key (bundle_id, revision, person_id),\n',
      '',
    ],
    ['whom one acts for counts', 'unnest(array[new.reviewer_id, new.acting_for])', 'unnest(array[new.reviewer_id])'],
    [
      'no drafter of any revision',
      '             and drafter_id in (new.reviewer_id, new.acting_for)) then',
      '             and false) then',
    ],
    ['nobody acts for a drafter', 'drafter_id in (new.reviewer_id, new.acting_for)', 'drafter_id in (new.reviewer_id)'],
    ['not for oneself', 'check (acting_for <> reviewer_id)', 'check (true)'],
    ['override once', '  constraint override_once primary key (bundle_id, revision, finding, step),\n', ''],
    [
      'override by two people',
      '  constraint override_by_two_people unique (bundle_id, revision, finding, person_id),\n',
      '',
    ],
    ['override by no drafter', '             and drafter_id = new.person_id) then', '             and false) then'],
    ['audit: who acted for whom', "'actingFor', new.acting_for,\n", '\n', { tests: 'audit tests' }],
  ]),
  ...of('infra/postgres/core/migrations/0001-core.sql', 'core tests', [
    [
      'one decision a gate',
      '  primary key (bundle_id, revision, gate),\n  constraint decision_one_gate_a_person',
      '  constraint decision_one_gate_a_person',
      { explained: 'later tables refer to this key, so that the schema cannot be made without it' },
    ],
    [
      'on the seal',
      '  constraint decision_on_the_seal foreign key (bundle_id, revision, seal, drafter_id)\n    references revision (bundle_id, revision, seal, drafter_id),\n',
      '',
    ],
    [
      'one release a revision',
      '  unique (bundle_id, revision),\n  foreign key (bundle_id, revision) references revision,\n  check (committed_at >= t0)',
      '  check (committed_at >= t0)',
      {
        explained: 'the lock on the plan keeps a second committer out; this holds where somebody inserts past our code',
      },
    ],
    [
      'never before T0',
      '  check (committed_at >= t0)\n',
      '  check (true)\n',
      { explained: 'the commit itself waits for the clock; this holds where somebody inserts past our code' },
    ],
  ]),
];

export const mutations: Mutation[] = [...rules, ...board, ...course, ...core];
