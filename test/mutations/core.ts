import { guardsOf, never } from './mutation.ts';

export const core = [
  ...guardsOf('infra/postgres/core/signed-whole.ts', 'commit rules', [
    [
      'commit: this seal',
      "if (!row) throw permanent('SealStale'",
      "if (!row) return; if (!row) throw permanent('SealStale'",
    ],
    ['commit: plan and materials', 'if (!whole && !isNotice) {', never],
    ['commit: a 公告 interprets nothing', 'if (!whole && !isNotice) {', 'if (!whole) {'],
    [
      'commit: a 公告 that changes a policy is interpreted',
      "!acts.some((act) => act === 'amend' || act === 'supersede')",
      'true',
    ],
    ['commit: every gate', 'if (open.length > 0) {', never],
    ['commit: warnings answered', 'if (unanswered.length > 0) {', never],
    [
      'commit: answered at their own gate',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
      'warnings.filter(({ gate, finding }) => !answered.has(`${gate} ${finding}`));',
      'warnings.filter(({ finding }) => ![...answered].some((each) => each.endsWith(finding)));',
    ],
    ['commit: never where its rule forbids', '!overridable || !mayPass.has(finding)', '!mayPass.has(finding)'],
    ['commit: error findings', 'if (standing.length === 0) return;', 'return;'],
  ]),
  ...guardsOf('infra/postgres/core/armed-rows.ts', 'core tests', [
    ['commit: a return is no signature', "\n          and decision = 'signed') as signed", ') as signed'],
    ['commit: two people let it pass', 'group by finding having count(distinct person_id) = 2', 'group by finding'],
    [
      'commit: signed on this very seal',
      'from decision where (bundle_id, revision, seal) = (plan.bundle_id, plan.revision, plan.seal)',
      'from decision where bundle_id = plan.bundle_id',
    ],
    [
      'commit: locks',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
      "for update ${contended === 'skipped' ? sql`skip locked` : sql``}",
      '',
    ],
    ['together: nobody waits for the lock of one', 'sql`skip locked`', 'sql``'],
    ['together: of one T0 all are early or none', 'statement_timestamp()', 'clock_timestamp()'],
    [
      'commit: a worker that falls silent keeps no lock',
      "set_config('idle_in_transaction_session_timeout', '3s', true)",
      "set_config('idle_in_transaction_session_timeout', '0', true)",
    ],
    [
      'commit: let pass on this very seal',
      '(select finding from override\n          where (bundle_id, revision, seal) = (plan.bundle_id, plan.revision, plan.seal)',
      '(select finding from override\n          where bundle_id = plan.bundle_id',
    ],
  ]),
  ...guardsOf('infra/postgres/core/store.ts', 'core tests', [
    [
      'begun anew: only the last workflow writes',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
      ' and (begun_anew_at is null or begun_anew_at <= ${begunAt}::timestamptz)',
      '',
    ],
    ['begun anew: behind its lock', '\n            for share', ''],
  ]),
  ...guardsOf('infra/postgres/core/may-commit.ts', 'commit rules', [
    [
      'commit: a repeat gets the row of the first',
      "if (done) return { outcome: 'committed', committedAt: done.committed_at, t0: done.t0 };",
      '',
    ],
    ['commit: restore mark', 'if (rows.restored) throw unreconciled(rows.restored);', ''],
    [
      'commit: armed',
      'if (!own) throw permanent',
      "if (!own) return { outcome: 'unsettled' }; if (!own) throw permanent",
    ],
    [
      'commit: only behind its lock',
      "if (going.some(({ bundle_id }) => !rows.locked.includes(bundle_id))) return { outcome: 'unsettled' };",
      '',
    ],
    [
      'commit: the seal of the call is the armed one',
      'if (own.seal !== sealed.seal || own.revision !== sealed.revision) throw stale(own);',
      '',
    ],
    [
      'commit: no newer revision was accepted',
      'if ((row.accepted ?? row.revision) !== row.revision) throw stale(row);',
      '',
    ],
    ['commit: signed whole, and each of its group', '    assertSignedWhole(row);\n', ''],
    ['commit: never early', "if (own.wait_ms > 0) return { outcome: 'early', t0: own.t0 };", ''],
    ['commit: staged', 'if (bare) throw permanent', 'if (false) throw permanent'],
    ['commit: the staging of the armed revision', 'if (own.staged !== releaseId) {', never],
    ['group: nobody else goes along', 'if (stranger) throw permanent', 'if (false) throw permanent'],
    ['group: every member is armed', 'if (!plan) throw permanent(', 'if (!plan) continue; if (!plan) throw permanent('],
    ['group: one instant', 'if (Date.parse(plan.t0) !== Date.parse(own.t0)) {', never],
    [
      'group: its own list',
      'groups.filter(({ group_id }) => group_id === own.group_id);',
      'groups.filter(() => true);',
    ],
  ]),
  ...guardsOf('infra/postgres/core/commit.ts', 'core tests', [
    ['together: what waits for another is asked again alone', "amongOthers.outcome === 'unsettled'", 'false'],
    ['together: a batch that failed is asked again one by one', '.catch(() => unsettled)', ''],
    [
      'together: a refusal of one is no refusal of the others',
      "return { outcome: 'refused' as const, refusal };",
      'throw refusal;',
    ],
    ['together: a refusal is told to who asked', "if (verdict.outcome === 'refused') throw verdict.refusal;", ''],
    [
      'together: only what is due',
      "(verdict.outcome === 'due' ? verdict.bundleIds : [])",
      '(verdict.bundleIds ?? bundleIds)',
    ],
    [
      'commit: all that is due is inserted',
      "if (!rows[0] || rows.length !== new Set(bundleIds).size) throw new RangeError('Not all that is due was armed');",
      '',
      { explained: 'the plans are locked and the staging was looked for; this is for rows that vanish under the lock' },
    ],
  ]),
  ...guardsOf('infra/postgres/core/decisions.ts', 'core tests', [
    [
      'under review: drafted so far',
      ".whereRef('revision.revision', '<=', 'of.revision'),",
      ".whereRef('revision.revision', '=', 'of.revision'),",
    ],
    [
      'under review: decided on this revision',
      "            .whereRef('decision.revision', '=', 'of.revision'),\n",
      ',',
    ],
    [
      'carry: signatures only',
      "      .where('old.decision', '=', 'signed')\n",
      '',
      { explained: 'the row decides: decision_carried_forward refuses a return, and what is refused is left out' },
    ],
    [
      'carry: the same input',
      "          .onRef('input.sha256', '=', 'old.input_sha256'),",
      ',',
      { explained: 'the row decides: decision_on_its_input refuses it, and what is refused is left out' },
    ],
    [
      'carry: not over an error',
      "sql<boolean>`not revision.obligations -> 'errors' @> jsonb_build_array(jsonb_build_object('gate', old.gate))`",
      'sql<boolean>`true`',
    ],
  ]),
  ...guardsOf('infra/postgres/core/releases.ts', 'core tests', [
    [
      'hold: behind the lock of a commit',
      "await tx.selectFrom('plan').select('t0').where('bundle_id', '=', bundleId).forUpdate().execute();",
      '',
    ],
    ['hold: too late is said', 'if (released) return { committedAt: released.committed_at };', ''],
    [
      'group: a refused list leaves nothing',
      'formGroup: (groupId, members, leaderId) =>\n    db.transaction()',
      'formGroup: (groupId, members, leaderId) =>\n    ({ execute: (work) => work(db) })',
    ],
  ]),
  ...guardsOf('infra/postgres/core/migrations/0003-release-engine.sql', 'core tests', [
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
  ...guardsOf('infra/postgres/core/migrations/0001-core.sql', 'core tests', [
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
    ],
    ['never before T0', '  check (committed_at >= t0)\n', '  check (true)\n'],
  ]),
];
