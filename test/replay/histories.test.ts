import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { testBundle } from '../support/time-skipping.ts';
import { recorded } from './paths.ts';

const directory = join(import.meta.dirname, 'histories');
const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort();
const history = async (file: string) => historyFromJSON(JSON.parse(await readFile(join(directory, file), 'utf8')));
const bundled = (file: string) =>
  bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, file), logger: new DefaultLogger('ERROR') });

describe('every recorded history replays against the workflows of today', () => {
  beforeAll(async () => void (await testBundle()));

  test.each(files)('%s', async (file) => {
    await Worker.runReplayHistory({ workflowBundle: await testBundle() }, await history(file));
  });

  test('every path is recorded', () => {
    expect(files).toEqual(recorded);
  });
});

describe('a change of order', () => {
  const some = ['released', 'withdrawn-after-release', 'group-rolled-back'].map(
    (path) => `policy-release.${path}.json`,
  );

  test('without patched() is found out by a replay', async () => {
    const workflowBundle = await bundled('broken-workflows.ts');
    for (const file of some) {
      const replay = Worker.runReplayHistory({ workflowBundle }, await history(file));
      await expect(replay, file).rejects.toBeInstanceOf(DeterminismViolationError);
    }
  });

  test('with patched() lets every workflow that runs already go on in the old order', async () => {
    const workflowBundle = await bundled('patched-workflows.ts');
    for (const file of some) await Worker.runReplayHistory({ workflowBundle }, await history(file));
  });
});
