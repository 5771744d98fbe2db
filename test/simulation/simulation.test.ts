import { expect, test } from 'vitest';
import { simulateEverywhere } from './everywhere.ts';

const one = process.env.LOCKSTEP_SIMULATION_SEED;
const many = Number(process.env.LOCKSTEP_SIMULATION_SEEDS ?? 1_000);
const from = Number(process.env.LOCKSTEP_SIMULATION_FROM ?? 1);
const seeds = one ? [one] : Array.from({ length: many }, (_, number) => String(from + number));

test(
  'whatever crashes, waits, repeats or is lost, every invariant holds at every step and every bundle comes to an end',
  async () => {
    const begun = performance.now();
    const ends: Record<string, number> = {};
    const failed: string[] = [];
    let [done, steps, toldAt] = [0, 0, begun];
    await simulateEverywhere(seeds, ({ seed, violations, story, ...run }) => {
      done += 1;
      steps += run.steps;
      for (const end of run.ends) ends[end] = (ends[end] ?? 0) + 1;
      const told = [`seed ${seed}, ${run.steps} steps`, ...violations].join('\n');
      if (one || (violations.length > 0 && failed.length === 0)) process.stdout.write(`${story.join('\n')}\n${told}\n`);
      if (violations.length > 0) failed.push(told);
      const now = performance.now();
      if (now - toldAt > 30_000) {
        const minutesLeft = ((now - begun) / done) * ((seeds.length - done) / 60_000);
        process.stdout.write(
          `${done} of ${seeds.length} seeds, ${failed.length} failed, about ${minutesLeft.toFixed()} min left\n`,
        );
        toldAt = now;
      }
      return failed.length < 10;
    });
    const which = seeds.length > 1 ? `seeds ${seeds[0]} to ${seeds.at(-1)}` : `seed ${seeds[0]}`;
    process.stdout.write(`${which}: ${done} runs, ${steps} steps, ends ${JSON.stringify(ends)}\n`);
    expect(failed, 'LOCKSTEP_SIMULATION_SEED=<seed> npx vitest run --project simulation runs one again').toEqual([]);
  },
  60_000 + seeds.length * 1_000,
);
