import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, test } from 'vitest';
import { deliver } from '../support/delivery-driver.ts';
import { type Driver, inReview, together } from '../support/policy-release-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';
import { paths } from './paths.ts';
import { deliveries } from './paths-of-deliveries.ts';
import { meetings } from './paths-of-groups.ts';

/**
 * Records one history per path through the workflows: `npx vitest run --project record`. Recorded histories are never
 * made anew for a change of order: that change comes with patched(), and gets recordings of its own beside these.
 */
const root = join(import.meta.dirname, '..', '..');

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

async function keep(name: string, handle: WorkflowHandle): Promise<void> {
  const directory = join(import.meta.dirname, 'histories');
  await mkdir(directory, { recursive: true });
  const json = historyToJSON(await handle.fetchHistory()).replaceAll(`${root}/`, ''); // stack traces name files
  await writeFile(join(directory, `${name}.json`), `${json}\n`);
}

test.each(Object.entries(paths))('policyRelease: %s', async (name, { bundle, goes }) => {
  const use = async (driver: Driver) => {
    await goes(driver);
    await keep(`policy-release.${name}`, driver.handle);
  };
  await inReview(environment, use, bundle);
});

const named = meetings.map((meeting) => ({ ...meeting, title: meeting.names.join(' ') }));
test.each(named)('policyRelease: $title', async ({ bundles, goes, names }) => {
  await together(environment, bundles, async ([one, two, ...more]) => {
    if (!one || !two) throw new Error('not reached');
    const drivers = [one, two, ...more] as const;
    await goes([...drivers]);
    for (const [index, name] of names.entries()) {
      const handle = drivers[index]?.handle;
      if (name && handle) await keep(`policy-release.${name}`, handle);
    }
  });
});

test.each(Object.entries(deliveries))('channelDelivery: %s', async (name, { given, orders }) => {
  await deliver(environment, async (run) => keep(`channel-delivery.${name}`, await orders(run)), given);
});
