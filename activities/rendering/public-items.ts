import type { ManifestItem } from '../../schemas/bundle.ts';
import { permanent } from '../../schemas/failures.ts';
import type { Display } from '../documents/display.ts';
import { DocumentRefused } from '../documents/refusal.ts';
import { type Block, toBlocks } from './blocks.ts';
import { escapeMarkup } from './escape.ts';
import { asOfficialDocument } from './official-document.ts';
import type { Picture, RenderingDeps, SealedManifest } from './ports.ts';

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

type Input = { manifest: SealedManifest; part: (id: string) => Promise<Uint8Array> };

/** Reads what may become public, and nothing else: a plan or a legal dossier never leaves, whatever its `public` says. */
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
  manifest: SealedManifest,
  bytes: Uint8Array,
  { toDisplay }: RenderingDeps,
): Promise<PublicItem> {
  const title = item.title ?? (item.role === 'policy-document' ? manifest.title : item.id);
  if (!displayable(item.mediaType)) return { item, title, bytes, shown: null, alternative: null };
  const { mediaType, file } = item;
  const display = await toDisplay({ mediaType, file, bytes, title }).catch((error) => {
    throw error instanceof DocumentRefused ? permanent('BundleIncomplete', error.finding.message) : error;
  });
  const pictures = display.images;
  const language = languageOf(display.text);
  if (isPicture(item)) {
    const html = figure(display, title);
    const alternative = item.alternativeText ?? (display.text.trim() || title);
    return { item, title, bytes, shown: { html, blocks: toBlocks(html), pictures, language }, alternative };
  }
  const blocks = toBlocks(display.html);
  const official = item.role === 'policy-document' ? asOfficialDocument(blocks, manifest) : blocks;
  return { item, title, bytes, shown: { html: display.html, blocks: official, pictures, language }, alternative: null };
}

export const isPicture = ({ mediaType }: Pick<ManifestItem, 'mediaType'>): boolean => mediaType.startsWith('image/');

const displayable = (mediaType: string): boolean =>
  mediaType.startsWith('text/') || mediaType.startsWith('image/') || mediaType.endsWith('.wordprocessingml.document');

/** The picture alone: its words stand below it as a text of their own, where everybody can read them. */
const figure = ({ images }: Display, title: string): string =>
  images
    .map(
      ({ sha256 }) =>
        `<figure><img src="lockstep-image:${sha256}" alt="${escapeMarkup(title)}，文字说明见下文"></figure>`,
    )
    .join('');

/** Screen readers need to know which voice to read with. */
function languageOf(text: string): 'zh-CN' | 'en' {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = text.match(/[A-Za-z]/g)?.length ?? 0;
  return latin > han * 4 ? 'en' : 'zh-CN';
}
