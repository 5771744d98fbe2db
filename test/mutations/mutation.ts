/** Which tests should notice; `only` names one where the others would only cost time. */
export const suites = {
  model: { project: 'unit', files: ['test/unit/policy-release-model.test.ts'] },
  'workflow tests': { project: 'workflows', files: ['test/workflows/policy-release'] },
  'course tests': {
    project: 'unit',
    files: ['policy-release-course', 'policy-release-clocks', 'policy-release-order'].map(
      (name) => `test/unit/${name}.test.ts`,
    ),
  },
  'commit rules': { project: 'unit', files: ['test/unit/may-commit.test.ts'] },
  'core tests': {
    project: 'integration',
    files: ['test/integration/core-commit', 'test/integration/core-decisions', 'test/integration/core-store'],
  },
  'audit tests': { project: 'integration', files: ['test/integration/audit-chain.test.ts'] },
  'website tests': {
    project: 'integration',
    files: [
      'test/integration/website-stream',
      'test/integration/website-together',
      'test/integration/website-release',
      'test/integration/website-withdrawal',
    ],
  },
  'public view tests': { project: 'unit', files: ['test/unit/website-public-view.test.ts'] },
  'read-back tests': {
    project: 'unit',
    files: ['test/unit/website-read-back.test.ts', 'test/unit/website-receipts.test.ts'],
  },
  'inbox tests': { project: 'integration', files: ['test/integration/inbox.test.ts'] },
  'review tests': { project: 'unit', files: ['test/unit/api-review.test.ts'] },
  'office tests': { project: 'unit', files: ['test/unit/office-config.test.ts'] },
  'api tests': { project: 'unit', files: ['test/unit/api.test.ts'] },
  'act tests': { project: 'unit', files: ['test/unit/acts.test.ts'] },
  'opening tests': { project: 'unit', files: ['test/unit/website-open-release.test.ts'] },
  'seal tests': { project: 'unit', files: ['test/unit/seal.test.ts', 'test/unit/part-changes.test.ts'] },
  'instant tests': { project: 'unit', files: ['test/unit/commit-at-instant.test.ts', 'test/unit/alarm.test.ts'] },
  'signature tests': { project: 'unit', files: ['test/unit/kafka-event-signature.test.ts'] },
  'chain tests': { project: 'unit', files: ['test/unit/audit/chain', 'test/unit/audit/checkpoints'] },
  'reconcile tests': { project: 'unit', files: ['test/unit/repair'] },
  'press tests': { project: 'integration', files: ['test/integration/press-delivery.test.ts'] },
  'promise tests': { project: 'unit', files: ['test/unit/audit/evidence-report', 'test/unit/audit/cli-audit'] },
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
export const guardsOf = (file: string, tests: Mutation['tests'], guards: Guard[]): Mutation[] =>
  guards.map(([guard, find, replace, more]) => ({ guard, file, find, replace, tests, ...more }));

/** In place of the condition of a guard. */
export const never = 'if (false) {';
