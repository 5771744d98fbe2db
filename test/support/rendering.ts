import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeVariants } from '../../activities/bundles/variants.ts';
import { digestOf } from '../../activities/digest.ts';
import { createToDisplay } from '../../activities/documents/display.ts';
import type { RenderingDeps } from '../../activities/rendering/ports.ts';
import { createRenderRelease } from '../../activities/rendering/render-release.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { rasterise } from '../../infra/documents/rasterise.ts';
import { pressMailTemplate } from '../../infra/mail/press-mail-template.ts';
import { createTypesetter } from '../../infra/typst/typesetter.ts';
import type { Channel } from '../../schemas/bundle.ts';
import { Manifest } from '../../schemas/bundle.ts';

export const exampleDirectory = join(import.meta.dirname, '../../examples/qinghe-enterprise-support');
const deps: RenderingDeps = {
  toDisplay: createToDisplay(rasterise),
  typesetter: createTypesetter(),
  rasterise,
  pressMailTemplate,
};
export const websiteUrl = 'https://www.qinghe.example';

export type Bundle = { manifest: Manifest; part: (id: string) => Promise<Uint8Array> };

export function exampleBundle(): Bundle {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(exampleDirectory, 'manifest.json'), 'utf8')));
  const file = (id: string) => manifest.items.find((item) => item.id === id)?.file ?? '';
  return { manifest, part: async (id) => readFileSync(join(exampleDirectory, file(id))) };
}

/** A bundle of Markdown parts: `texts` by item id; `policy` is the document, all others are interpretations. */
export function writtenBundle(texts: Record<string, string>, changes: Partial<Manifest> = {}): Bundle {
  const items = Object.entries(texts).map(([id, text]) => ({
    id,
    role: id === 'policy' ? ('policy-document' as const) : ('interpretation-material' as const),
    file: `${id}.md`,
    mediaType: 'text/markdown',
    public: true,
    form: id === 'policy' ? undefined : 'text',
    title: id === 'policy' ? '青禾区测试办法' : `${id} 解读`,
    sha256: digestOf(Buffer.from(text)),
    bytes: Buffer.byteLength(text),
  }));
  const manifest = Manifest.parse({
    ...exampleBundle().manifest,
    title: '青禾区测试办法',
    variants: undefined,
    items,
    ...changes,
  });
  return { manifest, part: async (id) => Buffer.from(texts[id] ?? '') };
}

/** Renders one channel; objects by path, texts decoded. */
export async function render({ manifest, part }: Bundle, channel: Channel) {
  const { channels: office } = await loadOfficeConfig();
  const variants = completeVariants(manifest);
  const [result] = await createRenderRelease(deps)({
    manifest,
    variants,
    channels: [channel],
    office,
    websiteUrl,
    part,
  });
  const objects = result?.objects ?? [];
  const text = (path: string) => new TextDecoder().decode(objects.find((object) => object.path === path)?.bytes);
  return { objects, text, digests: objects.map(({ path, bytes }) => `${path} ${digestOf(bytes)}`) };
}
