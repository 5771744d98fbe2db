import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { testBundle } from '../support/time-skipping.ts';

const directory = join(import.meta.dirname, 'histories');
const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort();
const history = async (file: string) => historyFromJSON(JSON.parse(await readFile(join(directory, file), 'utf8')));

describe('every recorded history replays against the workflows of today', () => {
  beforeAll(async () => void (await testBundle()));

  test.each(files)('%s', async (file) => {
    await Worker.runReplayHistory({ workflowBundle: await testBundle() }, await history(file));
  });

  test('every path is recorded', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
  });
});

test('a workflow that does something else first is found out', async () => {
  const workflowsPath = join(import.meta.dirname, 'broken-workflows.ts');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const replay = Worker.runReplayHistory({ workflowBundle }, await history('policy-release.released.json'));
  await expect(replay).rejects.toBeInstanceOf(DeterminismViolationError);
});
