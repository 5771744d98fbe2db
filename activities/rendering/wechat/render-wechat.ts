import type { Variants } from '../../../schemas/bundle.ts';
import type { ChannelsFile } from '../../../schemas/configuration.ts';
import { permanent } from '../../../schemas/failures.ts';
import { placedImages, WeChatPost } from '../../../schemas/wechat.ts';
import { digestOf } from '../../digest.ts';
import { escapeMarkup } from '../escape.ts';
import { formName } from '../forms.ts';
import type { Picture, RenderedObject, RenderingDeps, SealedManifest } from '../ports.ts';
import type { PublicItem, PublicItems } from '../public-items.ts';
import { objectPath, publicPath } from '../website/addresses.ts';
import { toWeChatContent } from './content.ts';
import { coverSvg } from './cover.ts';

export type WeChatContext = {
  manifest: SealedManifest;
  variants: Variants;
  items: PublicItems;
  wechat: ChannelsFile['wechat'];
  websiteUrl: string;
};

const titleLimit = 32; // draft/add
const articleLimit = 8;

/** One post: the document and each interpretation as articles of it, so that WeChat shows all of them or none. */
export async function renderWeChat(
  context: WeChatContext,
  { rasterise }: Pick<RenderingDeps, 'rasterise'>,
): Promise<RenderedObject[]> {
  const { manifest, variants, items, wechat, websiteUrl } = context;
  const materials = items.interpretations.filter(({ item }) => item.form !== 'press-release'); // 通稿 is for editors
  if (materials.length + 1 > articleLimit) throw tooManyArticles(materials.length + 1);

  const shortTitle = variants.wechat?.shortTitle ?? shorten(manifest.title);
  const cover = chosenCover(context) ?? (await drawnCover(shortTitle, wechat.accounts[0]?.name ?? '', rasterise));
  const article = (item: PublicItem, title: string, path: string) => ({
    title,
    // The post is sealed once for every account. Where the bundle names no author, each account puts in its own.
    author: variants.wechat?.author,
    content: contentOf(item),
    contentSourceUrl: websiteUrl + publicPath(manifest.bundleId, path),
    coverDigest: cover.sha256,
  });
  const articles = [
    { ...article(items.document, shortTitle, objectPath.policy), digest: variants.wechat?.digest },
    ...materials.map((each) => article(each, articleTitle(each, shortTitle), objectPath.interpretation(each.item.id))),
  ];

  const shown = [items.document, ...materials].flatMap(({ shown }) => shown?.pictures ?? []);
  const known = new Map([cover, ...shown].map((picture) => [picture.sha256, picture]));
  const placed = new Set([cover.sha256, ...articles.flatMap(({ content }) => placedImages(content))]);
  const pictures = [...placed].flatMap((sha256) => known.get(sha256) ?? []);
  const images = pictures.map(({ sha256, mediaType }) => ({ digest: sha256, mediaType }));
  const post = WeChatPost.parse({ articles, images });
  return [
    { path: 'post.json', mediaType: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(post)) },
    ...pictures.map(({ sha256, mediaType, bytes }) => ({
      path: objectPath.picture(sha256, mediaType),
      mediaType,
      bytes,
    })),
  ];
}

const contentOf = ({ shown, alternative, title }: PublicItem): string => {
  const text = alternative === null ? '' : `<h2>图片文字说明</h2><p>${escapeMarkup(alternative)}</p>`;
  return toWeChatContent(`${shown?.html ?? `<p>${escapeMarkup(title)}</p>`}${text}`).content;
};

/** Titles of materials often repeat the policy's whole title; where one is too long, its form and the short title serve. */
function articleTitle({ title, item }: PublicItem, shortTitle: string): string {
  if ([...title].length <= titleLimit) return title;
  return shorten(`${formName(item.form)}：${shortTitle}`);
}

const shorten = (title: string): string => {
  const characters = [...title];
  return characters.length <= titleLimit ? title : `${characters.slice(0, titleLimit - 1).join('')}…`;
};

/** The picture of the item that the bundle names as cover. */
function chosenCover({ variants, items }: WeChatContext): Picture | undefined {
  const chosen = items.interpretations.find(({ item }) => item.id === variants.wechat?.cover);
  return chosen?.shown?.pictures[0];
}

async function drawnCover(title: string, account: string, rasterise: RenderingDeps['rasterise']): Promise<Picture> {
  const bytes = await rasterise(new TextEncoder().encode(coverSvg({ title, account })));
  return { sha256: digestOf(bytes), mediaType: 'image/png', bytes, alt: title };
}

const tooManyArticles = (count: number) =>
  permanent('ChannelRefused', {
    zh: `微信一次最多发布 ${articleLimit} 篇图文，本次有 ${count} 篇，请合并解读材料后重新提交`,
    en: `WeChat takes at most ${articleLimit} articles in one post and this has ${count}; merge interpretations and submit again`,
  });
