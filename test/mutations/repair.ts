import { guardsOf } from './mutation.ts';

/** What keeps the repair of one bundle from harming it, and what came while nobody was there from being lost. */
export const repair = [
  ...guardsOf('services/api/reconcile/reconciler.ts', 'reconcile tests', [
    ['mend: one after the other', 'repair ? oneAfterAnother(() => start(true)) : start(false)', 'start(repair)'],
    ['begun anew: told apart from the one before', '{ ...restored, begunAt }', 'restored'],
    ['begun anew: hears what came late', 'for (const receipt of late)', 'for (const receipt of late.slice(0, 0))'],
    [
      'begun anew: from the rows once the old one has ended',
      'const { receipts, ...found } = await repairs.rows(bundleId);',
      'const { receipts, ...found } = rows;',
    ],
    [
      'mend: not what went on between two looks',
      'return (await look(rows)) && look(await repairs.rows(bundleId));',
      'return look(rows);',
    ],
    ['over: whoever runs tells it itself', ' || (await releases.running(rows.bundleId))) continue;', ') continue;'],
  ]),
  ...guardsOf('services/api/reconcile/untold-end.ts', 'reconcile tests', [
    ['over: what was told is not told again', '.filter(({ id }) => !heard.has(id))', ''],
    ['over: taken down once', '!order || order.rolledBack', '!order'],
  ]),
  ...guardsOf('services/api/reconcile/owed-acts.ts', 'reconcile tests', [
    ['owed: by what is public', '!out.includes(last.state)', 'false'],
    [
      'owed: to what is public',
      'if (!of?.release || !of.last || !out.includes(of.last.state)) return false;',
      'if (!of) return false;',
    ],
    ['owed: once', 'return !of.amendments.some(', 'return true || !of.amendments.some('],
  ]),
  ...guardsOf('services/press/delivery.ts', 'press tests', [
    [
      'press: nothing goes that is on no record',
      "if (!intended) return { state: 'refused', detail: notStaged };",
      '',
      { explained: 'where nothing is on record nothing goes; this is for mails that an earlier try has left' },
    ],
  ]),
  ...guardsOf('infra/postgres/press/store.ts', 'press tests', [
    ['press: whoever withdraws sees every mail', 'if (!open) return false;', '', { only: 'whoever withdraws sees' }],
  ]),
];
