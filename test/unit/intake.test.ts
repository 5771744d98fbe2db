import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readBundle } from '../../activities/bundles/intake.ts';
import { openBundle } from '../../infra/bundle-source/open.ts';
import { openZip } from '../../infra/bundle-source/zip.ts';
import { bundleFiles, type Files } from '../support/bundle-files.ts';
import { rawZip } from '../support/raw-zip.ts';

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function directoryWith(files: Files): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'intake-'));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

const zipOf = (files: Files) => rawZip(Object.entries(files).map(([name, content]) => ({ name, content })));
const read = async (files: Files) => readBundle(await openZip(zipOf(files)));
const codes = (intake: { findings: { code: string; item: string }[] }) =>
  intake.findings.map(({ code, item }) => `${code} ${item}`);

const policy = { id: 'policy', role: 'policy-document', file: 'policy.md' };
const plan = { id: 'plan', role: 'interpretation-plan', file: 'plan.md', public: false };
const texts: Files = { 'policy.md': '# 通知\n', 'plan.md': '# 解读方案\n' };
const valid = bundleFiles(texts, [policy, plan]);

test('reads the same bundle from a directory, a zip, and a zip of the folder', async () => {
  const directory = await readBundle(await openBundle(await directoryWith(valid)));
  const zip = await read(valid);
  const folder = await read(Object.fromEntries(Object.entries(valid).map(([name, text]) => [`政策包/${name}`, text])));
  for (const intake of [directory, zip, folder]) {
    expect(codes(intake)).toEqual([]);
    expect(intake.parts.map((part) => part.item.id)).toEqual(['policy', 'plan']);
  }
  expect(zip.parts.map((part) => part.sha256)).toEqual(directory.parts.map((part) => part.sha256));
});

test('reads a zip whose Chinese file names are in GBK and not declared', async () => {
  const name = '方案.md';
  const files = bundleFiles({ 'policy.md': '# 通知\n', [name]: '# 方案\n' }, [policy, { ...plan, file: name }]);
  const gbk = Uint8Array.from([0xb7, 0xbd, 0xb0, 0xb8, 0x2e, 0x6d, 0x64]);
  const zip = rawZip(Object.entries(files).map(([path, content]) => ({ name: path === name ? gbk : path, content })));
  expect(codes(await readBundle(await openZip(zip)))).toEqual([]);
});

test('checks a single document without a manifest', async () => {
  const directory = await directoryWith({ 'policy.md': '# 通知\n', 'old.wps': 'x' });
  const intake = await readBundle(await openBundle(join(directory, 'policy.md')));
  expect(intake).toMatchObject({
    manifest: null,
    findings: [],
    parts: [{ item: { id: 'policy', role: 'policy-document' } }],
  });
  const old = await readBundle(await openBundle(join(directory, 'old.wps')));
  expect(old.findings).toMatchObject([
    { code: 'FILE-TYPE-MISMATCH', suggestion: { zh: expect.stringContaining('.docx') } },
  ]);
});

test.each<[rule: string, files: Files, expected: string[]]>([
  ['no manifest', texts, ['MANIFEST-INVALID manifest']],
  ['manifest is no JSON', { ...valid, 'manifest.json': '{"a":\n1,}' }, ['MANIFEST-INVALID manifest']],
  ['a file is empty', { ...valid, 'plan.md': '' }, ['FILE-EMPTY plan']],
  [
    'a listed file is absent',
    { 'policy.md': '# 通知\n', 'manifest.json': valid['manifest.json'] ?? '' },
    ['MANIFEST-MISSING-FILE plan'],
  ],
  ['a file was changed after it was listed', { ...valid, 'plan.md': '# 别的\n' }, ['MANIFEST-MISSING-FILE plan']],
  ['a document is not listed', { ...valid, 'more.docx': 'x' }, ['MANIFEST-UNLISTED-FILE bundle']],
  [
    'what systems leave behind is no document',
    { ...valid, '.DS_Store': 'x', '__MACOSX/._plan.md': 'x', 'expected.json': '{}' },
    [],
  ],
  ['two items have one id', bundleFiles(texts, [policy, { ...plan, id: 'policy' }]), ['MANIFEST-DUPLICATE-ID policy']],
  ['two items name one file', bundleFiles(texts, [policy, { ...plan, file: 'policy.md' }]), ['MANIFEST-INVALID plan']],
  [
    'the program is called a document',
    bundleFiles({ ...texts, 'a.docx': 'MZ program' }, [
      policy,
      plan,
      { id: 'a', file: 'a.docx', mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
    ]),
    ['FILE-TYPE-MISMATCH a'],
  ],
  [
    'name and media type differ',
    bundleFiles(texts, [policy, { ...plan, mediaType: 'text/html' }]),
    ['FILE-TYPE-MISMATCH plan'],
  ],
  [
    'text is GBK',
    bundleFiles({ ...texts, 'plan.md': Uint8Array.from([0xb7, 0xbd, 0xb0, 0xb8]) }, [policy, plan]),
    ['FILE-ENCODING plan'],
  ],
  [
    'the title has characters that look like others',
    bundleFiles(texts, [policy, plan], (manifest) => {
      manifest.title = '关于⼈⺠APP的通知';
    }),
    ['TEXT-CONFUSABLE policy'],
  ],
  [
    'the title is too long',
    bundleFiles(texts, [policy, plan], (manifest) => {
      manifest.title = '长'.repeat(20_000);
    }),
    ['MANIFEST-INVALID policy'],
  ],
  [
    'a path climbs out',
    bundleFiles(texts, [policy, plan, { id: 'text', file: '../../etc/passwd' }]),
    ['FILE-PATH-UNSAFE text'],
  ],
  [
    'a path is absolute',
    bundleFiles(texts, [policy, plan, { id: 'text', file: '/etc/passwd' }]),
    ['FILE-PATH-UNSAFE text'],
  ],
])('tells one finding when %s', async (_rule, files, expected) => {
  expect(codes(await read(files))).toEqual(expected);
});

test('says which field of the manifest is wrong, in Chinese and English, and how to mend it', async () => {
  const intake = await read(
    bundleFiles(texts, [policy, plan], (manifest) => {
      manifest.issuedOn = '2026年3月2日';
      manifest.disclosur = 'proactive';
    }),
  );
  expect(intake.manifest).toBeNull();
  expect(intake.findings.map((finding) => finding.message.zh)).toEqual([
    '清单的 issuedOn 的格式不对（YYYY-MM-DD）。',
    '清单的 manifest.json 有不认识的字段：disclosur。',
  ]);
  expect(intake.findings.every((finding) => finding.message.en && finding.suggestion)).toBe(true);
});

test('never shows a text direction character of a file name', async () => {
  const name = '解读\u202excod.md';
  const intake = await read(bundleFiles({ ...texts, [name]: '# x\n' }, [policy, plan, { id: 'text', file: name }]));
  expect(codes(intake)).toEqual(['FILE-NAME-UNSAFE text']);
  expect(JSON.stringify(intake.findings)).not.toContain('\u202e');
});

test('refuses links and entries outside, and reads none of them', async () => {
  const zip = rawZip([
    ...Object.entries(valid).map(([name, content]) => ({ name, content })),
    { name: '../escape.md', content: 'x' },
    { name: 'C:\\escape.md', content: 'x' },
    { name: 'link.md', content: '/etc/passwd', mode: 0o120777 },
    { name: 'POLICY.md', content: 'x' },
  ]);
  expect(codes(await readBundle(await openZip(zip)))).toEqual([
    'FILE-PATH-UNSAFE bundle',
    'FILE-PATH-UNSAFE bundle',
    'FILE-PATH-UNSAFE bundle',
    'FILE-DUPLICATE-ENTRY bundle',
  ]);
  expect((await readBundle(await openZip(zip))).findings.map(({ location }) => location.quote)).toContain('link.md');
  const directory = await directoryWith({ 'policy.md': '# 通知\n', 'manifest.json': valid['manifest.json'] ?? '' });
  await symlink('/etc/passwd', join(directory, 'plan.md'));
  expect(codes(await readBundle(await openBundle(directory)))).toEqual(['FILE-PATH-UNSAFE plan']);
});

test('refuses archives by declared size, counted size, ratio, entries and password', async () => {
  const manifest = { name: 'manifest.json', content: valid['manifest.json'] ?? '' };
  const big = { name: 'a.md', content: Buffer.alloc(6 * 1024 * 1024, 'a') };
  const shared = Array.from({ length: 9 }, (_, index) => ({ ...big, name: `b${index}.md`, shares: 1 }));
  const cases: [string, Buffer][] = [
    ['FILE-TOO-LARGE', rawZip([manifest, big, ...shared])],
    ['FILE-TOO-LARGE', rawZip([manifest, { ...big, declaredBytes: 60 * 1024 * 1024 }])],
    ['FILE-TOO-LARGE', rawZip(Array.from({ length: 2001 }, (_, index) => ({ name: `${index}.md`, content: 'x' })))],
    ['FILE-CORRUPT', rawZip([{ ...manifest, declaredBytes: 3 }])],
    ['FILE-ENCRYPTED', rawZip([{ ...manifest, encrypted: true }])],
    ['FILE-CORRUPT', zipOf(valid).subarray(0, 200)],
  ];
  for (const [code, zip] of cases) {
    const intake = await readBundle(await openZip(zip));
    expect(intake.findings.map((finding) => finding.code)).toEqual([code]);
    expect(intake.parts).toEqual([]);
  }
});
