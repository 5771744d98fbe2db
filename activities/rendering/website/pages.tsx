import type { ComponentChildren } from 'preact';
import { formName } from '../forms.ts';
import { disarmSlots, slots } from '../page-slots.ts';
import type { SealedManifest } from '../ports.ts';
import type { PublicItem, PublicItems } from '../public-items.ts';
import { objectPath, publicPath } from './addresses.ts';
import { toPageHtml } from './article.ts';
import { policyFacts, supersededSentences } from './facts.ts';
import { type Column, renderPage, type Site } from './layout.tsx';

export type PageContext = { site: Site; manifest: SealedManifest; items: PublicItems; websiteUrl: string };

const columns = {
  policy: { name: '政策文件', description: '本机关发布的政策文件', keywords: '政策,文件,规范性文件', type: '政策文件' },
  interpretation: {
    name: '政策解读',
    description: '政策文件的解读材料',
    keywords: '政策解读,解读,问答,图解',
    type: '政策解读',
  },
} as const satisfies Record<string, Column>;

const home = { label: '首页', href: '/' };

/** Sanitised display HTML, see toDisplay; what looks like one of our slots is taken out of it. */
const Article = ({ item, bundleId }: { item: PublicItem; bundleId: SealedManifest['bundleId'] }) => {
  const shown = item.shown;
  if (!shown) return null;
  const media = new Map(shown.pictures.map(({ sha256, mediaType }) => [sha256, mediaType]));
  const addressOf = (sha256: string) =>
    publicPath(bundleId, objectPath.picture(sha256, media.get(sha256) ?? 'image/png'));
  const html = disarmSlots(
    toPageHtml(shown.html, { title: item.title, addressOf, official: item.item.role === 'policy-document' }),
  );
  return <article lang={shown.language === 'en' ? 'en' : undefined} dangerouslySetInnerHTML={{ __html: html }} />;
};

const PublishedOn = () => <time id="published-on">{slots.day}</time>;
/** 立改废 by later documents; empty until there is one. */
const LaterActs = () => <div id="later-acts">{slots.acts}</div>;

function Facts({ manifest }: { manifest: SealedManifest }) {
  const rows: { name: string; value: ComponentChildren }[] = [
    ...policyFacts(manifest),
    { name: '有效性', value: <span id="validity">{slots.validity}</span> },
    { name: '发布日期', value: <PublishedOn /> },
  ];
  const [title, ...rest] = rows;
  const pairs = Array.from({ length: Math.ceil(rest.length / 2) }, (_, at) => rest.slice(at * 2, at * 2 + 2));
  return (
    <table class="facts">
      <caption>文件信息</caption>
      <tbody>
        <tr>
          <th scope="row">{title?.name}</th>
          <td colSpan={3}>{title?.value}</td>
        </tr>
        {pairs.map((pair) => (
          <tr key={pair[0]?.name}>
            {pair.map(({ name, value }) => [
              <th scope="row" key={name}>
                {name}
              </th>,
              <td key={`${name}-value`} colSpan={pair.length === 1 ? 3 : undefined}>
                {value}
              </td>,
            ])}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const Related = ({ heading, links }: { heading: string; links: { kind?: string; title: string; href: string }[] }) =>
  links.length === 0 ? null : (
    <section class="related" aria-label={heading}>
      <h2>{heading}</h2>
      <ul>
        {links.map(({ kind, title, href }) => (
          <li key={href}>
            {kind ? <span class="kind">{kind}</span> : null}
            <a href={href}>{title}</a>
          </li>
        ))}
      </ul>
    </section>
  );

/** 政策文件 page: linked with every interpretation of it (双向关联). */
export function policyPage({ site, manifest, items, websiteUrl }: PageContext): string {
  const { bundleId, title, issuingBody } = manifest;
  const url = publicPath(bundleId, objectPath.policy);
  const saysPublic = /此件(?:公开发布|主动公开)/.test(
    items.document.shown?.blocks.map((b) => ('text' in b ? b.text : '')).join() ?? '',
  );
  return renderPage({
    site,
    title,
    column: columns.policy,
    article: {
      title,
      pubDate: slots.minute,
      source: issuingBody,
      keywords: [manifest.documentNumber, issuingBody].filter(Boolean).join(','),
      description: `${issuingBody}《${title}》及其解读`,
      url: websiteUrl + url,
    },
    trail: [home, { label: '政策文件', href: '/#policies' }, { label: title }],
    children: (
      <>
        <h1>{title}</h1>
        <LaterActs />
        <Facts manifest={manifest} />
        <Related heading="政策解读" links={interpretationLinks(manifest, items)} />
        <Article item={items.document} bundleId={bundleId} />
        {saysPublic ? null : <p>（此件公开发布）</p>}
        {supersededSentences(manifest).map((sentence) => (
          <p class="note" key={sentence}>
            {sentence}
          </p>
        ))}
        <Related heading="附件和下载" links={downloadLinks(manifest, items)} />
      </>
    ),
  });
}

/** 政策解读 page of one material, linked with its policy and its siblings. */
export function interpretationPage(material: PublicItem, { site, manifest, items, websiteUrl }: PageContext): string {
  const { bundleId, draftingUnit } = manifest;
  const [picture] = material.alternative === null ? [] : (material.shown?.pictures ?? []);
  const image = picture && websiteUrl + publicPath(bundleId, objectPath.picture(picture.sha256, picture.mediaType));
  const url = websiteUrl + publicPath(bundleId, objectPath.interpretation(material.item.id));
  return renderPage({
    site,
    title: material.title,
    column: columns.interpretation,
    article: {
      title: material.title,
      pubDate: slots.minute,
      source: draftingUnit,
      description: `《${manifest.title}》${formName(material.item.form)}`,
      ...(image ? { image } : {}),
      url,
    },
    trail: [home, { label: '政策解读', href: '/#interpretations' }, { label: material.title }],
    children: (
      <>
        <h1>{material.title}</h1>
        <LaterActs />
        <p class="byline">
          <span>{formName(material.item.form)}</span>
          <span>来源：{draftingUnit}</span>
          <span>
            发布日期：
            <PublishedOn />
          </span>
        </p>
        <Related
          heading="政策原文"
          links={[{ title: manifest.title, href: publicPath(bundleId, objectPath.policy) }]}
        />
        <Article item={material} bundleId={bundleId} />
        <Alternative item={material} />
        <Related
          heading="相关解读"
          links={interpretationLinks(manifest, items).filter(({ href }) => !url.endsWith(href))}
        />
      </>
    ),
  });
}

/** 附件 that can be read as a page. */
export function attachmentPage(attachment: PublicItem, { site, manifest, websiteUrl }: PageContext): string {
  const { bundleId } = manifest;
  return renderPage({
    site,
    title: attachment.title,
    column: columns.policy,
    article: {
      title: attachment.title,
      pubDate: slots.minute,
      source: manifest.issuingBody,
      url: websiteUrl + publicPath(bundleId, objectPath.attachment(attachment.item.id)),
    },
    trail: [
      home,
      { label: manifest.title, href: publicPath(bundleId, objectPath.policy) },
      { label: attachment.title },
    ],
    children: (
      <>
        <h1>{attachment.title}</h1>
        <LaterActs />
        <p class="byline">
          发布日期：
          <PublishedOn />
        </p>
        <Article item={attachment} bundleId={bundleId} />
        <Alternative item={attachment} />
        <Related
          heading="政策原文"
          links={[{ title: manifest.title, href: publicPath(bundleId, objectPath.policy) }]}
        />
      </>
    ),
  });
}

/** What the picture says, for those who cannot see it and for search. */
const Alternative = ({ item }: { item: PublicItem }) =>
  item.alternative === null ? null : (
    <section aria-labelledby="alternative">
      <h2 id="alternative">图片文字说明</h2>
      <p class="alternative">{item.alternative}</p>
    </section>
  );

const interpretationLinks = ({ bundleId }: SealedManifest, { interpretations }: PublicItems) =>
  interpretations.map(({ item, title }) => ({
    kind: formName(item.form),
    title,
    href: publicPath(bundleId, objectPath.interpretation(item.id)),
  }));

const downloadLinks = ({ bundleId, title }: SealedManifest, { document, attachments }: PublicItems) => [
  ...attachments.map((attachment) => ({
    kind: '附件',
    title: attachment.title,
    href: publicPath(
      bundleId,
      attachment.shown
        ? objectPath.attachment(attachment.item.id)
        : objectPath.download(attachment.item.id, attachment.item.mediaType),
    ),
  })),
  {
    kind: 'PDF',
    title: `${title}（PDF 版）`,
    href: publicPath(bundleId, objectPath.download(document.item.id, 'application/pdf')),
  },
];
