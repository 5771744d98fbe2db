import { expect, test, vi } from 'vitest';
import { simulate } from './simulate.ts';

vi.mock('@temporalio/workflow', () => import('./workflow-module.ts'));
vi.mock('../../infra/http/request.ts', async (original) => ({
  ...(await original<typeof import('../../infra/http/request.ts')>()),
  request: (await import('./http.ts')).request,
}));

const one = process.env.LOCKSTEP_SIMULATION_SEED;
const many = Number(process.env.LOCKSTEP_SIMULATION_SEEDS ?? 1_000);
const seeds = one ? [one] : Array.from({ length: many }, (_, number) => String(number + 1));

test(
  'whatever crashes, waits, repeats or is lost, every invariant holds at every step and every bundle comes to an end',
  async () => {
    const ends: Record<string, number> = {};
    const failed: string[] = [];
    let steps = 0;
    for (const seed of seeds) {
      const { violations, story, ...run } = await simulate(seed);
      steps += run.steps;
      for (const end of run.ends) ends[end] = (ends[end] ?? 0) + 1;
      const told = [`seed ${seed}, ${run.steps} steps`, ...violations].join('\n');
      if (one || (violations.length > 0 && failed.length === 0)) process.stdout.write(`${story.join('\n')}\n${told}\n`);
      if (violations.length > 0) failed.push(told);
      if (failed.length === 10) break;
    }
    process.stdout.write(`${seeds.length} seeds, ${steps} steps, ends ${JSON.stringify(ends)}\n`);
    expect(failed, 'LOCKSTEP_SIMULATION_SEED=<seed> npx vitest run --project simulation runs one again').toEqual([]);
  },
  60_000 + seeds.length * 500,
);
