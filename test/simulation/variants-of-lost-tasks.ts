import type { Variant } from './variant.ts';

/** What decision 19 keeps out of workflow tasks, since a task may be lost. */
export const variantsOfLostTasks: readonly Variant[] = [
  {
    name: "a person's step is in the rows before Temporal keeps it",
    breaks: /^I13|^I14/,
    module: { path: '../../workflows/policy-release/port.ts', replace: ({ rows }) => ({ decided: rows }) },
  },
];
