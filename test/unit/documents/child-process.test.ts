import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { DocumentRefused } from '../../../activities/documents/refusal.ts';
import { rasterise } from '../../../infra/documents/rasterise.ts';
import { createDocumentReader, type DocumentReader } from '../../../infra/documents/reader.ts';
import { createTypesetter } from '../../../infra/typst/typesetter.ts';
import { DOCX, docx, paragraph } from '../../support/docx.ts';
import { pdf } from '../../support/pdf.ts';

// Processes are started; on a busy machine that takes its time.

let reader: DocumentReader;
afterEach(() => reader.close());

const small = { mediaType: DOCX, file: 'a.docx', bytes: docx({ body: paragraph('正文') }) };
/** More paragraphs than a small heap holds; their text is made so that it does not compress like a bomb. */
const many = () => {
  let seed = 1;
  const text = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed.toString(36);
  };
  const body = Array.from({ length: 120_000 }, () => `<w:p><w:r><w:t>${text()}</w:t></w:r></w:p>`).join('');
  return { mediaType: DOCX, file: 'b.docx', bytes: docx({ body }) };
};

test('reads and converts in the child as in this process, many files at once', async () => {
  reader = createDocumentReader();
  const results = await Promise.all([
    reader.readDocument(small),
    reader.toDisplay({ ...small, title: '题' }),
    reader.readDocument(small),
  ]);
  expect(results[0].model?.paragraphs[0]?.text).toBe('正文');
  expect(results[1].html).toBe('<p>正文</p>');
  expect(results[2]).toEqual(results[0]);
});

test('draws an SVG in the child', async () => {
  reader = createDocumentReader();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><text y="9">字</text></svg>';
  const { images } = await reader.toDisplay({
    mediaType: 'image/svg+xml',
    file: 'a.svg',
    bytes: Buffer.from(svg),
    title: '图',
  });
  expect(images[0]?.bytes).toBeInstanceOf(Uint8Array);
});

test('sets and draws in the child what this process would, byte for byte, and says what could not be drawn', async () => {
  reader = createDocumentReader();
  await reader.warmUp('rendering');
  const document = { title: '题', issuingBody: '青禾区', blocks: [] };
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><text y="9">字</text></svg>');
  const [pdf, png] = await Promise.all([reader.typesetter.pdf(document), reader.rasterise(svg)]);
  expect(Buffer.from(pdf).equals(await createTypesetter().pdf(document))).toBe(true);
  expect(Buffer.from(png).equals(await rasterise(svg))).toBe(true);
  await expect(reader.rasterise(Buffer.from('no drawing'))).rejects.toThrow(/SVG/);
});

test('reads a PDF in the child, where no code can be made from text', async () => {
  reader = createDocumentReader();
  const { model, findings } = await reader.readDocument({
    mediaType: 'application/pdf',
    file: 'a.pdf',
    bytes: pdf('Notice 12345'),
  });
  expect(findings).toEqual([]);
  expect(model?.paragraphs.map(({ text }) => text)).toEqual(['Notice 12345']);
});

test('a file that is not read in time is a finding, each time', async () => {
  // No document is read in a millisecond: the child is ended, and started again for the next one.
  reader = createDocumentReader({ timeLimitMs: 1 });
  for (const result of await Promise.all([reader.readDocument(small), reader.readDocument(small)])) {
    expect(result).toMatchObject({
      model: null,
      findings: [{ code: 'FILE-TOO-LARGE', message: { zh: expect.stringContaining('没有读完') } }],
    });
  }
});

test('a file that kills the reader is a finding, and the next one is read', async () => {
  reader = createDocumentReader({ heapMegabytes: 24, timeLimitMs: 50_000 });
  const [dead, after] = await Promise.all([reader.readDocument(many()), reader.readDocument(small)]);
  expect(dead).toMatchObject({ model: null, findings: [{ code: 'FILE-CORRUPT' }] });
  expect(after.model?.paragraphs).toHaveLength(1);
});

test('carries a refusal of the converter across', async () => {
  reader = createDocumentReader();
  const refused = reader.toDisplay({ ...small, bytes: small.bytes.subarray(0, 100), title: '题' });
  await expect(refused).rejects.toBeInstanceOf(DocumentRefused);
});

test('the child can reach no network, no other file and no secret', async () => {
  const contacts: string[] = [];
  const server = createServer((socket) => void contacts.push(String(socket.remotePort))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { fork } = await import('node:child_process');
  const { childOptions } = await import('../../../infra/documents/worker.ts');
  const probe = new URL('../../support/document-child-probe.ts', import.meta.url).pathname;
  const { execArgv, env } = childOptions(192);
  const child = fork(probe, [String(port)], {
    execArgv: [...execArgv, `--allow-fs-read=${probe}`],
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const report = await new Promise((resolve) => child.once('message', resolve));
  await new Promise((resolve) => child.once('exit', resolve));
  server.close();
  expect(report).toEqual({
    tcp: 'refused',
    udp: 'refused',
    fetch: 'refused',
    names: 'refused',
    read: 'refused',
    write: 'refused',
    spawn: 'refused',
    environment: [],
  });
  expect(contacts).toEqual([]);
  reader = createDocumentReader();
});
