import { createHash } from 'node:crypto';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import { digestOf } from '../../activities/digest.ts';
import type { RenderRelease } from '../../activities/releases/stage.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import { BundleId, type Channel } from '../../schemas/bundle.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import { manifestOf } from '../support/release-fixture.ts';

export const siteUrl = 'https://www.qinghe.example';

export const bundleIdOf = (seed: string, number: number): BundleId => {
  const hex = createHash('sha256').update(`${seed}/${number}`).digest('hex');
  return BundleId.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
};

/** A word that stands in every part of one version of one bundle, and nowhere else: where it is read, that version is. */
export const wordOf = (bundleId: BundleId, version: number) => `${bundleId.slice(0, 8)}v${version}w`;

/** What a drafter hands in. `version` counts what was written, whether it was ever accepted or not. */
export function contentOf(bundleId: BundleId, version: number, channels: Channel[], policy: ReleasePolicy) {
  const word = wordOf(bundleId, version);
  const manifest = { ...manifestOf(bundleId), title: `青禾区措施 ${word}`, documentNumber: `青政发 ${word}` };
  const parts = manifest.items.map(({ id }) => {
    const bytes = new TextEncoder().encode(`${id} ${word}`);
    return { id, sha256: digestOf(bytes), bytes: bytes.length };
  });
  const content = sealedContent({ manifest, parts, channels, policy, ruleSet: '1' });
  return { content, seal: sealOf(content) };
}

const page = (text: string) =>
  `<!doctype html><html><head><meta name="PubDate" content="{{PubDate}}"/></head><body><div id="later-acts">{{LaterActs}}</div><p>${text}</p><time id="published-on">{{PublishedOn}}</time></body></html>`;
const cover = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Small objects of every kind that the real rendering makes. Which parts they hold is what `invariants.ts` looks for. */
export const render: RenderRelease = async ({ revision: { bundleId, content }, channels }) => {
  const { title, documentNumber, issuingBody, issuedOn, policyKind, items } = content.manifest;
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
    effectiveFrom: null,
    effectiveUntil: null,
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
      html('index.html', `政策 ${title}`),
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
