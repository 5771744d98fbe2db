import { expect, test, vi } from 'vitest';
import type { Variant } from './variant.ts';
import { variants } from './variants.ts';

/** So many seeds are enough to see that a guard is missing. */
const enough = 300;

/** What the checks say of the first run in which they object to what the variant breaks; else of the first at all. */
async function objection({ parts, module, breaks }: Variant): Promise<string | undefined> {
  vi.resetModules(); // all of our code is loaded anew, and with it what stands in for others'
  vi.doMock('@temporalio/workflow', () => import('./workflow-module.ts'));
  vi.doMock('../../infra/http/request.ts', async (original) => ({
    ...(await original<object>()),
    request: (await import('./http.ts')).request,
  }));
  if (module) {
    const { path, replace } = module;
    vi.doMock(path, async (original) => {
      const real = await original<object>();
      return { ...real, ...replace(real) };
    });
  }
  const { simulate } = await import('./simulate.ts');
  const { realParts } = await import('./world.ts');
  const real = {
    ...(await import('../support/memory-core-store.ts')),
    ...(await import('../support/memory-site-store.ts')),
    ...(await import('../support/memory-delivery-store.ts')),
  };
  let first: string | undefined;
  try {
    for (let seed = 1; seed <= enough; seed += 1) {
      const { violations } = await simulate(String(seed), { ...realParts, ...parts?.(real) });
      const broken = violations.find((violation) => breaks.test(violation));
      if (broken) return `${broken} (seed ${seed})`;
      first ??= violations[0];
    }
    return first;
  } finally {
    if (module) vi.doUnmock(module.path);
  }
}

test.each(variants.map((variant) => [variant.name, variant] as const))(
  'is noticed: %s',
  async (_, variant) => {
    expect(await objection(variant)).toMatch(variant.breaks);
  },
  600_000, // most take a second; a rare one needs a hundred seeds, on a busy machine
);
