import { sleep } from '@temporalio/workflow';
import { policyRelease as sound } from '../../workflows/policy-release/workflow.ts';

/**
 * Broken on purpose: a change of order without `patched()`, so a command that no recorded history has. If this replays,
 * the replay test tests nothing. patched-workflows.ts makes the same change as it has to be made.
 */
export async function policyRelease(input: Parameters<typeof sound>[0]): Promise<void> {
  await sleep('1 second');
  await sound(input);
}
