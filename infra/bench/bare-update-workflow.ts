import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

export const bare = defineUpdate<number, [number]>('bare');

/** What any approval by Update costs at the least: one handler, and nothing else. Ends after `updates` of them. */
export async function bareUpdate(updates: number): Promise<void> {
  let handled = 0;
  setHandler(bare, (argument) => {
    handled += 1;
    return argument;
  });
  await condition(() => handled >= updates);
}
