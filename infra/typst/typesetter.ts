import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import type { PrintedDocument, Typesetter } from '../../activities/rendering/printed-document.ts';

const resolve = createRequire(import.meta.url).resolve;
/** Static TrueType from npm: no font of the machine is used, so every machine sets the same lines. */
const fonts = () => [
  readFileSync(resolve('@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf')),
  readFileSync(resolve('@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf')),
  readFileSync(resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf')),
];

/**
 * Sets documents as PDF by Typst. The same document gives the same bytes: there is no time of making in it. Fonts
 * (40 MB) are read at the first use and kept. Typst runs on the calling thread and holds it meanwhile.
 */
export function createTypesetter(): Typesetter {
  const template = readFileSync(join(import.meta.dirname, 'official-document.typ'), 'utf8');
  let compiler: NodeCompiler | undefined;
  return {
    async pdf(document: PrintedDocument): Promise<Uint8Array> {
      compiler ??= NodeCompiler.create({ fontArgs: [{ fontBlobs: fonts() }] });
      const compiled = compiler.compile({ mainFileContent: template, inputs: { document: JSON.stringify(document) } });
      const result = compiled.result;
      if (!result) {
        const reasons = compiler.fetchDiagnostics(compiled.takeDiagnostics() as never);
        throw new Error(`Typst could not set the document: ${JSON.stringify(reasons).slice(0, 2000)}`);
      }
      try {
        return compiler.pdf(result);
      } finally {
        compiler.evictCache(10); // one document's layout is of no use to the next
      }
    },
  };
}
