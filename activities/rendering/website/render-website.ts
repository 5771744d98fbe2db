import { permanent } from '../../../schemas/failures.ts';
import { hasSlots } from '../page-slots.ts';
import type { RenderedObject, RenderingDeps } from '../ports.ts';
import type { PublicItem } from '../public-items.ts';
import { objectPath } from './addresses.ts';
import { Catalogue } from './catalogue.ts';
import { attachmentPage, interpretationPage, type PageContext, policyPage } from './pages.tsx';

/** All that the website will show of one release. */
export async function renderWebsite(
  context: PageContext,
  { typesetter }: Pick<RenderingDeps, 'typesetter'>,
): Promise<RenderedObject[]> {
  const { manifest, items } = context;
  const { document, interpretations, attachments } = items;
  const { title, issuingBody } = manifest;
  const pdf = await typesetter.pdf({ title, issuingBody, blocks: document.shown?.blocks ?? [] });
  const shownAttachments = attachments.filter(({ shown }) => shown !== null);
  return [
    page(objectPath.policy, policyPage(context)),
    ...interpretations.map((material) =>
      page(objectPath.interpretation(material.item.id), interpretationPage(material, context)),
    ),
    ...shownAttachments.map((each) => page(objectPath.attachment(each.item.id), attachmentPage(each, context))),
    ...pictures([document, ...interpretations, ...attachments]),
    ...attachments
      .filter(({ shown }) => shown === null)
      .map(({ item, bytes }) => ({
        path: objectPath.download(item.id, item.mediaType),
        mediaType: item.mediaType,
        bytes,
      })),
    { path: objectPath.download(document.item.id, 'application/pdf'), mediaType: 'application/pdf', bytes: pdf },
    { path: objectPath.catalogue, mediaType: 'application/json', bytes: encode(JSON.stringify(catalogueOf(context))) },
  ];
}

function page(path: string, html: string): RenderedObject {
  // A title that looks like a slot would be filled in its place: rather no page than a wrong one.
  if (!hasSlots(html)) {
    throw permanent('BundleIncomplete', {
      zh: `标题或元数据中出现了 {{PubDate}} 一类的占位符，请删去后重新提交（页面 ${path}）`,
      en: `A title or a field holds a placeholder such as {{PubDate}}; take it out and submit again (page ${path})`,
    });
  }
  return { path, mediaType: 'text/html', bytes: encode(html) };
}

function pictures(items: PublicItem[]): RenderedObject[] {
  const all = items.flatMap(({ shown }) => shown?.pictures ?? []);
  const once = new Map(all.map((picture) => [picture.sha256, picture])); // one picture may stand in several parts
  return [...once.values()].map(({ sha256, mediaType, bytes }) => ({
    path: objectPath.picture(sha256, mediaType),
    mediaType,
    bytes,
  }));
}

const catalogueOf = ({ manifest, items }: PageContext): Catalogue =>
  Catalogue.parse({
    catalogueVersion: 1,
    title: manifest.title,
    documentNumber: manifest.documentNumber,
    issuingBody: manifest.issuingBody,
    issuedOn: manifest.issuedOn,
    policyKind: manifest.policyKind,
    effectiveFrom: manifest.effectiveFrom,
    effectiveUntil: manifest.effectiveUntil,
    interpretations: items.interpretations.map(({ item, title }) => ({
      item: item.id,
      title,
      form: item.form ?? 'text',
      path: objectPath.interpretation(item.id),
    })),
  });

const encode = (text: string) => new TextEncoder().encode(text);
