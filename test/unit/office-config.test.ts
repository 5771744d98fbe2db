import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOfficeConfig, shippedConfigDir } from '../../infra/config/office.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-office-'));
  await cp(shippedConfigDir, directory, { recursive: true, filter: (path) => !path.endsWith('.ts') });
});
afterEach(() => rm(directory, { recursive: true }));

/** Loads the shipped configuration after one replacement in one of its files. */
async function loadWith(file: string, from: RegExp, to: string) {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
  return loadOfficeConfig(directory);
}

// F44: each of these would show at a bundle under way, as one that waits for ever or as a step that cannot be undone.
describe('an office that could not carry a bundle through is refused at the start, with the file and the reason', () => {
  test.each<[string, string, RegExp, string, string]>([
    ['without gates', 'gates.yaml', /gates:\n[\s\S]*/, 'gates: []\n', 'gates'],
    ['two gates of one name', 'gates.yaml', /id: legal/, 'id: political', 'Two gates have the same id'],
    [
      'notices that no gate reviews',
      'gates.yaml',
      /(emergencyHours: \d+)/g,
      '$1\n    reviewsNotices: false',
      'At least one gate has to review notices',
    ],
    ['a gate that nobody reviews', 'people.yaml', /, gates: \[legal\]/, '', 'has no reviewer of the gates: legal'],
    [
      'a gate of somebody who is no reviewer',
      'people.yaml',
      /\[reviewer\], gates: \[legal\]/,
      '[operator], gates: [legal]',
      'has no reviewer of the gates: legal',
    ],
    [
      'a reviewer of a gate that is not there',
      'people.yaml',
      /\[wording\]/,
      '[wording, policy]',
      'gates.yaml lacks: policy',
    ],
    ['two people of one name', 'people.yaml', /id: auditor/, 'id: operator', 'Two people have the same id'],
    ['two channels of one name', 'channels.yaml', /id: app/, 'id: wechat', 'Two channels have the same id'],
    [
      'a post before the point of no return',
      'channels.yaml',
      /(id: wechat.*wave: )2/,
      '$11',
      'can be undone go in wave 1',
    ],
    [
      'a mail before the point of no return',
      'channels.yaml',
      /(id: press-pack.*wave: )2/,
      '$11',
      'can be undone go in wave 1',
    ],
  ])('%s', async (_, file, from, to, message) => {
    await expect(loadWith(file, from, to)).rejects.toThrow(
      new RegExp(`${file.replace('.', '\\.')}[\\s\\S]*${message}`),
    );
  });

  test('as it is shipped it is loaded', async () => {
    await expect(loadOfficeConfig(directory)).resolves.toEqual(await loadOfficeConfig());
  });
});
