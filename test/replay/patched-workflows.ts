import { patched, sleep } from '@temporalio/workflow';
import { policyRelease as sound } from '../../workflows/policy-release/workflow.ts';

/** The same change of order as in broken-workflows.ts, as it has to be made: what runs already keeps the old order. */
export async function policyRelease(input: Parameters<typeof sound>[0]): Promise<void> {
  if (patched('a-second-before-the-first-step')) await sleep('1 second');
  await sound(input);
}
