import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notRunning } from '../../services/api/refusal.ts';
import { createReleases } from '../../services/api/releases.ts';
import { newBundleId, submission } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment.teardown());

test('only the first revision of a bundle starts a workflow: of any other whose workflow is gone the rows know', async () => {
  const releases = createReleases(environment.client, 'nobody listens', 60_000);
  const bundleId = newBundleId();
  await expect(releases.submit(bundleId, submission(), false)).rejects.toBe(notRunning);
  expect(await releases.running(bundleId)).toBeNull();
});
