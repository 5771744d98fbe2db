import { defineConfig } from 'vitest/config';

// One project per lane, so that a developer can run the lane that fits: `npx vitest --project unit`.
const lane = (name: string, options: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`, `test/${name}/**/*.test.tsx`], ...options },
});

// Temporal's native core and child processes want process isolation, and no fake clocks.
// Patience is for busy machines; no test measures time.
const services = {
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 30_000 } },
};
const localServices = { globalSetup: ['test/support/local-services.ts'] };

export default defineConfig({
  test: {
    projects: [
      lane('unit'),
      lane('simulation'),
      lane('workflows', services),
      lane('replay', services),
      { test: { name: 'record', include: ['test/replay/record.ts'], ...services } }, // by hand; not a lane of npm test
      lane('contracts', { ...services, ...localServices }),
      lane('integration', { ...services, ...localServices }),
      lane('e2e', { ...services, ...localServices, fileParallelism: false, testTimeout: 600_000 }),
    ],
  },
});
