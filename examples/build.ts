import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Manifest } from '../schemas/bundle.ts';
import { fairCompetitionReview, legalityReview, plan } from './source/dossier.ts';
import { interpretation, pressRelease } from './source/interpretation.ts';
import { manifest } from './source/manifest.ts';
import { officialDocument, plainDocument } from './source/official-document.ts';
import { policy } from './source/policy.ts';

const directory = join(import.meta.dirname, 'qinghe-enterprise-support');

const mediaTypes: Record<string, string> = {
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.md': 'text/markdown',
  '.svg': 'image/svg+xml',
};

/** Every file of the example by its name. The Markdown and the picture are written by hand and only read here. */
export async function buildExample(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>([
    ['policy.docx', await officialDocument(policy)],
    ['plan.docx', await plainDocument(plan)],
    ['interpretation.docx', await plainDocument(interpretation)],
    ['infographic.svg', await readFile(join(directory, 'infographic.svg'))],
    ['qa.md', await readFile(join(directory, 'qa.md'))],
    ['press-release.docx', await plainDocument(pressRelease)],
    ['legality-review.docx', await plainDocument(legalityReview)],
    ['fair-competition-review.docx', await plainDocument(fairCompetitionReview)],
  ]);
  const items = manifest.items.map((item) => {
    const content = files.get(item.file);
    if (!content) throw new Error(`The manifest names ${item.file}, which nothing here makes`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { ...item, mediaType: mediaTypes[extname(item.file)], sha256, bytes: content.length };
  });
  files.set('manifest.json', Buffer.from(`${JSON.stringify(Manifest.parse({ ...manifest, items }), null, 2)}\n`));
  return files;
}

// `npx node examples/build.ts` writes what has changed; a test compares with what is committed.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, content] of await buildExample()) await writeFile(join(directory, name), content);
}
