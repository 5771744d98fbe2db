import { defineConfig } from 'vitest/config';

// One project per lane, so that a developer can run the lane that fits: `npx vitest --project unit`.
// Patience is for busy machines; no test measures time.
const lane = (name: string, options: Record<string, unknown> = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, `test/${name}/**/*.test.tsx`],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    ...options,
  },
});

// Temporal's native core and child processes want process isolation, and no fake clocks.
const services = { pool: 'forks' };
const localServices = { globalSetup: ['test/support/local-services.ts'] };

export default defineConfig({
  test: {
    projects: [
      lane('unit'),
      lane('simulation'),
      lane('workflows', services),
      lane('replay', services),
      lane('record', { ...services, include: ['test/replay/record.ts'] }), // by hand; not a lane of npm test
      lane('contracts', { ...services, ...localServices }),
      lane('integration', { ...services, ...localServices }),
      lane('e2e', { ...services, ...localServices, fileParallelism: false, testTimeout: 600_000 }),
    ],
  },
});
