import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../infra/local/layout.ts';
import { commandLine, smallBundle } from '../support/command-line.ts';

test('the installed command works in any directory, pages included, not only in the checkout', async () => {
  await using cli = await commandLine();
  const bundle = await cli.write('bundle', smallBundle());
  const bin = join(repositoryRoot, 'services/cli/bin.mjs');
  const argv = [bin, 'check', bundle, '--html', 'report.html', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: cli.cwd }).catch(
    (error: { code: number; stdout: string; stderr: string }) => {
      expect([error.code, error.stderr]).toEqual([3, expect.any(String)]); // findings are no failure of the command
      return error;
    },
  );
  expect(JSON.parse(stdout)).toHaveProperty('findings');
  expect(await readFile(join(cli.cwd, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
});
