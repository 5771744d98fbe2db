import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inReview } from '../support/policy-release-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment.teardown());

test('nobody pays for stack traces of promises; an error of workflow code still says where it comes from', async () => {
  await inReview(environment, async ({ handle, sign }) => {
    expect(await handle.query('__stack_trace')).toBe('');
    const refusal = await sign('nowhere').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((refusal as WorkflowUpdateFailedError).cause?.stack).toMatch(/assertMayDecide \(.*rules\.ts:\d+:\d+\)/);
  });
});
