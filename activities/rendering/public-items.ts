import type { Manifest, ManifestItem } from '../../schemas/bundle.ts';
import { permanent } from '../../schemas/failures.ts';
import { digestOf } from '../releases/sealed-staging.ts';
import { asOfficialDocument, type Block, toBlocks } from './blocks.ts';
import type { Picture, RenderingDeps } from './ports.ts';

/** One part of a bundle that readers will see, ready for every channel. */
export type PublicItem = {
  item: ManifestItem;
  title: string;
  /** Bytes as submitted. */
  bytes: Uint8Array;
  /** Null where the part can only be downloaded. */
  shown: { html: string; blocks: Block[]; pictures: Picture[]; language: 'zh-CN' | 'en' } | null;
  /** 文字说明, for a part that is a picture; null for all others. */
  alternative: string | null;
};

export type PublicItems = { document: PublicItem; interpretations: PublicItem[]; attachments: PublicItem[] };

type Input = { manifest: Manifest; part: (id: string) => Promise<Uint8Array> };

/**
 * Reads what may become public, and nothing else: a plan or a legal dossier never leaves, whatever its `public` says.
 * Pictures that are vector graphics become PNG, so that no markup of an author reaches a reader as a document.
 */
export async function readPublicItems({ manifest, part }: Input, deps: RenderingDeps): Promise<PublicItems> {
  const ofRole = async (role: ManifestItem['role']) => {
    const items = manifest.items.filter((item) => item.role === role && item.public);
    return Promise.all(items.map(async (item) => readItem(item, manifest, await part(item.id), deps)));
  };
  const [document] = await ofRole('policy-document');
  if (!document) {
    const message = { zh: '政策包中没有公开的政策文件', en: 'The bundle has no public policy document' };
    throw permanent('BundleIncomplete', message);
  }
  return {
    document,
    interpretations: await ofRole('interpretation-material'),
    attachments: await ofRole('attachment'),
  };
}

async function readItem(
  item: ManifestItem,
  manifest: Manifest,
  bytes: Uint8Array,
  deps: RenderingDeps,
): Promise<PublicItem> {
  const title = item.title ?? (item.role === 'policy-document' ? manifest.title : item.id);
  if (!displayable(item.mediaType)) return { item, title, bytes, shown: null, alternative: null };
  const display = await deps.toDisplay({ mediaType: item.mediaType, file: item.file, bytes, title });
  const pictures = display.images.map((picture) => withoutVectors(picture, deps));
  const html = pictures.reduce(
    (text, { from, to }) => text.replaceAll(`lockstep-image:${from}`, `lockstep-image:${to.sha256}`),
    display.html,
  );
  const blocks = toBlocks(html);
  return {
    item,
    title,
    bytes,
    shown: {
      html,
      blocks: item.role === 'policy-document' ? asOfficialDocument(blocks, manifest) : blocks,
      pictures: pictures.map(({ to }) => to),
      language: languageOf(display.text),
    },
    alternative: isPicture(item) ? (item.alternativeText ?? (display.text.trim() || title)) : null,
  };
}

export const isPicture = ({ mediaType }: Pick<ManifestItem, 'mediaType'>): boolean => mediaType.startsWith('image/');

const displayable = (mediaType: string): boolean =>
  mediaType.startsWith('text/') || mediaType.startsWith('image/') || mediaType.endsWith('.wordprocessingml.document');

function withoutVectors(picture: Picture, { rasterise }: RenderingDeps): { from: string; to: Picture } {
  if (picture.mediaType !== 'image/svg+xml') return { from: picture.sha256, to: picture };
  const bytes = rasterise(new TextDecoder().decode(picture.bytes), 1080);
  return { from: picture.sha256, to: { ...picture, mediaType: 'image/png', bytes, sha256: digestOf(bytes) } };
}

/** Screen readers need to know which voice to read with. */
function languageOf(text: string): 'zh-CN' | 'en' {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = text.match(/[A-Za-z]/g)?.length ?? 0;
  return latin > han * 4 ? 'en' : 'zh-CN';
}
