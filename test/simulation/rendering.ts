import { digestOf } from '../../activities/digest.ts';
import type { RenderRelease } from '../../activities/releases/stage.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { Channel } from '../../schemas/bundle.ts';

export const siteUrl = 'https://www.qinghe.example';

const page = (text: string) =>
  `<!doctype html><html><head><meta name="PubDate" content="{{PubDate}}"/></head><body><div id="later-acts">{{LaterActs}}</div><p>${text}</p><time id="published-on">{{PublishedOn}}</time></body></html>`;
const table = '<span id="validity">{{Validity}}</span>';
const cover = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Small objects of every kind that the real rendering makes. Which parts they hold is what the invariants look for. */
export const render: RenderRelease = async ({ revision: { bundleId, content }, channels }) => {
  const { title, documentNumber, issuingBody, issuedOn, policyKind, items, effectiveFrom, effectiveUntil } =
    content.manifest;
  const materials = items.filter(({ role }) => role === 'interpretation-material');
  const json = (path: string, value: unknown) => ({
    path,
    mediaType: 'application/json',
    bytes: new TextEncoder().encode(JSON.stringify(value)),
  });
  const html = (path: string, text: string) => ({
    path,
    mediaType: 'text/html',
    bytes: new TextEncoder().encode(page(text)),
  });
  const interpretationPath = (id: string) => `interpretation/${id}/index.html`;
  const catalogue = {
    catalogueVersion: 1,
    title,
    documentNumber,
    issuingBody,
    issuedOn,
    policyKind,
    effectiveFrom,
    effectiveUntil,
    interpretations: materials.map(({ id }) => ({
      item: id,
      title: `解读 ${title}`,
      form: 'qa',
      path: interpretationPath(id),
    })),
  };
  const article = (name: string, path: string) => ({
    title: name.slice(0, 32),
    content: `<p>${name} ${title}</p>`,
    contentSourceUrl: siteUrl + publicPath(bundleId, path),
    coverDigest: digestOf(cover),
  });
  const post = {
    articles: [
      article(title, 'index.html'),
      ...materials.map(({ id }) => article(`解读 ${title}`, interpretationPath(id))),
    ],
    images: [{ digest: digestOf(cover), mediaType: 'image/png' }],
  };
  const mail = { subject: `新闻发布材料：${title}`, html: `<p>${title}</p>`, text: title };
  const objects: Partial<Record<Channel, Awaited<ReturnType<RenderRelease>>[number]['objects']>> = {
    website: [
      html('index.html', `政策 ${title} ${table}`),
      ...materials.map(({ id }) => html(interpretationPath(id), `解读 ${title}`)),
      json('catalogue.json', catalogue),
    ],
    wechat: [json('post.json', post), { path: 'cover.png', mediaType: 'image/png', bytes: cover }],
    'press-pack': [
      {
        path: 'pack.zip',
        mediaType: 'application/zip',
        bytes: new TextEncoder().encode(`政策 ${title} 解读 ${title}`),
      },
      json('mail.json', mail),
    ],
  };
  return channels.map((channel) => ({ channel, objects: objects[channel] ?? [] }));
};
