import type { ChannelsFile } from '../../../schemas/configuration.ts';
import { digestOf } from '../../digest.ts';
import { stripMetadata } from '../../documents/display/image.ts';
import { stripDocxMetadata } from '../../documents/strip-docx.ts';
import { toPlainText } from '../blocks.ts';
import { oneLine } from '../escape.ts';
import { formName } from '../forms.ts';
import type { RenderingDeps, SealedManifest } from '../ports.ts';
import { isPicture, type PublicItem, type PublicItems } from '../public-items.ts';
import { extensionOf } from '../website/addresses.ts';
import { zip } from './zip.ts';

export type PressContext = {
  manifest: SealedManifest;
  items: PublicItems;
  press: ChannelsFile['press'];
  site: ChannelsFile['site'];
  websiteUrl: string;
};

type Entry = {
  name: string;
  bytes: Uint8Array;
  /** Digest of the part that was sealed, where the file lost its metadata on the way out. */
  submitted?: string;
};

/**
 * 新闻发布材料包: the document as submitted (without its metadata), as PDF and as text, every interpretation, pictures, the press release (通稿),
 * and a list of contents with the digest of each file, so that an editor can tell a real pack from an altered one.
 */
export async function buildPack(
  context: PressContext,
  { typesetter }: Pick<RenderingDeps, 'typesetter'>,
): Promise<Uint8Array> {
  const { manifest, items } = context;
  const { title, issuingBody } = manifest;
  const blocks = items.document.shown?.blocks ?? [];
  const name = fileName(title);
  const releases = items.interpretations.filter(({ item }) => item.form === 'press-release');
  const materials = items.interpretations.filter(({ item }) => item.form !== 'press-release');
  const contents: Entry[] = [
    ...(await filesOf(items.document, `1-政策文件/${name}`)),
    { name: `1-政策文件/${name}.pdf`, bytes: await typesetter.pdf({ title, issuingBody, blocks }) },
    ...(await every(items.attachments, ({ title }, n) => `1-政策文件/附件${n}-${fileName(title)}`)),
    ...(await every(materials, ({ item, title }, n) => `2-解读材料/${n}-${formName(item.form)}-${fileName(title)}`)),
    ...(await every(releases, ({ title }, n) => `3-新闻通稿/${n}-${fileName(title)}`)),
    { name: '联系方式.txt', bytes: text(contacts(context)) },
  ];
  return zip([{ name: '目录.txt', bytes: text(tableOfContents(manifest, contents)) }, ...contents]);
}

const every = async (items: PublicItem[], name: (item: PublicItem, number: number) => string): Promise<Entry[]> =>
  (await Promise.all(items.map((each, at) => filesOf(each, name(each, at + 1))))).flat();

/** ASVS 14.2.8: who wrote it on which machine, and where a picture was taken, is nobody's business outside. */
async function withoutMetadata({ mediaType }: PublicItem['item'], bytes: Uint8Array): Promise<Uint8Array> {
  if (mediaType === DOCX) return stripDocxMetadata(bytes);
  return isRaster(mediaType) ? (stripMetadata(bytes) ?? bytes) : bytes;
}

/** A part as submitted, as text, and (a vector graphic) as the picture that the other channels show. */
async function filesOf({ item, bytes, shown, alternative }: PublicItem, name: string): Promise<Entry[]> {
  const outgoing = await withoutMetadata(item, bytes);
  const original: Entry = { name: `${name}.${originalExtension(item)}`, bytes: outgoing };
  if (digestOf(outgoing) !== item.sha256) original.submitted = item.sha256;
  const plain = alternative ?? (shown ? toPlainText(shown.blocks) : undefined);
  const drawn = item.mediaType === 'image/svg+xml' ? (shown?.pictures ?? []) : [];
  return [
    original,
    ...drawn
      .slice(0, 1)
      .map((picture) => ({ name: `${name}.${extensionOf(picture.mediaType)}`, bytes: picture.bytes })),
    ...(plain === undefined || original.name.endsWith('.txt')
      ? []
      : [{ name: `${name}${isPicture(item) ? '-文字说明' : ''}.txt`, bytes: text(plain) }]),
  ];
}

const originalExtension = ({ mediaType, file }: PublicItem['item']): string =>
  /\.([A-Za-z0-9]{1,8})$/.exec(file)?.[1]?.toLowerCase() ?? extensionOf(mediaType);

/** Names that every system takes: no separators, no controls, no direction overrides, of bounded length. */
function fileName(title: string): string {
  const clean = oneLine(title)
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  return [...(clean || '未命名')].slice(0, 60).join('');
}

function tableOfContents({ title, documentNumber, issuingBody }: SealedManifest, contents: Entry[]): string {
  const lines = contents.flatMap(({ name, bytes, submitted }) => [
    `${digestOf(bytes)}  ${String(bytes.byteLength).padStart(9)}  ${name}`,
    ...(submitted ? [`${submitted}             送审稿 as submitted`] : []),
  ]);
  return [
    `《${title}》新闻发布材料包`,
    [issuingBody, documentNumber].filter(Boolean).join('　'),
    '',
    '以下依次为各文件的 SHA-256、字节数和名称，可用 sha256sum 核对。',
    '文档属性和图片拍摄信息已经清除的，另注送审稿（封签所载）的 SHA-256。',
    '',
    ...lines,
    '',
  ].join('\n');
}

function contacts({ manifest, press, site, websiteUrl }: PressContext): string {
  const url = `${websiteUrl}/policies/${manifest.bundleId}/`;
  return [
    `采访联系：${press.contact}`,
    `起草单位：${manifest.draftingUnit}`,
    `发布网站：${site.name}`,
    `政策文件和解读：${url}`,
    '',
  ].join('\n');
}

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const isRaster = (mediaType: string) => mediaType === 'image/png' || mediaType === 'image/jpeg';

const text = (value: string) => new TextEncoder().encode(value);
