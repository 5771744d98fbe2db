import { guardsOf } from './mutation.ts';

const office = [
  ...guardsOf('schemas/configuration.ts', 'office tests', [
    [
      'office: at least one gate',
      '.array(GateDefinition)\n    .min(1)',
      '.array(GateDefinition)',
      { explained: 'where there is no gate, none reviews notices either' },
    ],
    ['office: no two gates of one id', '(gates) => isUnique(gates.map(({ id }) => id))', '() => true'],
    ['office: a 公告 is reviewed too', '(gates) => gates.some(({ reviewsNotices }) => reviewsNotices)', '() => true'],
    ['office: no two channels of one id', '(channels) => isUnique(channels.map(({ id }) => id))', '() => true'],
    [
      'office: in the first wave only what can be undone',
      '(channels) => channels.every(({ id, wave }) => wave > 1 || undoable.includes(id))',
      '() => true',
    ],
    ['office: no two people of one id', '(people) => isUnique(people.map(({ id }) => id))', '() => true'],
  ]),
  ...guardsOf('infra/config/office.ts', 'office tests', [
    ['office: nobody reviews a gate that is not there', 'if (stray.length > 0)', 'if (false)'],
    ['office: each gate has its reviewer', 'if (unmanned.length > 0)', 'if (false)'],
    ['office: a gate of somebody who is no reviewer', "(roles.includes('reviewer') ? own : [])", 'own'],
  ]),
];

const submitting = [
  ...guardsOf('services/api/submissions.ts', 'api tests', [
    [
      'submit: the policy can be kept',
      '    assertPolicyCanBeKept(policy, people);\n',
      '',
      { only: 'takes two leaders' },
    ],
    [
      'submit: compensate takes two leaders',
      "roles.includes('leader')).length > 1",
      "roles.includes('leader')).length > 0",
      { only: 'takes two leaders' },
    ],
    [
      'submit: only compensate takes two leaders',
      "if (policy !== 'compensate' || people",
      'if (people',
      { only: 'takes two leaders' },
    ],
    [
      'submit: no answer is owed to a gate that is not passed',
      'obligationsOf(reviewed, overridable)',
      'obligationsOf(findings, overridable)',
      { only: 'passes not every gate' },
    ],
    [
      'submit: an error that no gate would stop',
      'if (!intake.manifest || refused.length > 0) throw',
      'if (!intake.manifest) throw',
      { only: 'passes not every gate' },
    ],
    [
      'submit: an error of a gate is its own matter',
      ' && !reviewed.includes(finding)',
      '',
      { only: 'passes not every gate' },
    ],
  ]),
  ...guardsOf('services/api/gates.ts', 'review tests', [
    ['asked in the API: no drafter', 'assertStandsApart(decision, known.editors, ', 'assertStandsApart(decision, [], '],
    ['asked in the API: one gate a person', ', known.editors, known.gates);', ', known.editors, []);'],
  ]),
];

/** Before a workflow hears of it: an office that can carry bundles through, and what the API itself turns down. */
export const api = [...office, ...submitting];
