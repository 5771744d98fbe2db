import { z } from 'zod';
import { dayInProse } from '../dates.ts';
import { escapeMarkup, oneLine } from '../escape.ts';
import { formName } from '../forms.ts';
import { objectPath, publicPath } from '../website/addresses.ts';
import type { PressContext } from './pack.ts';

/** mail.json of a release: what the press service sends. A subject is one line, whatever the title was. */
export const PressMail = z.strictObject({
  subject: z
    .string()
    .min(1)
    .regex(/^[^\p{Cc}]+$/u, 'Expected one line without control characters'),
  html: z.string().min(1),
  text: z.string().min(1),
});
export type PressMail = z.infer<typeof PressMail>;

/** Slots of the compiled template; their values are escaped here. */
export const mailSlots = ['TITLE', 'NUMBER', 'SUMMARY', 'LINKS', 'CONTACT', 'SITE'] as const;

/** The mail goes out at T0 or later, so it holds no embargo. */
export function composePressMail(context: PressContext, template: string): PressMail {
  const { manifest, items, press, site, websiteUrl } = context;
  const { title, documentNumber, issuingBody, issuedOn, bundleId } = manifest;
  const links = [
    { kind: '政策文件', title, url: websiteUrl + publicPath(bundleId, objectPath.policy) },
    ...items.interpretations.map((each) => ({
      kind: formName(each.item.form),
      title: each.title,
      url: websiteUrl + publicPath(bundleId, objectPath.interpretation(each.item.id)),
    })),
  ];
  const number = documentNumber ?? '';
  const summary = `${issuingBody}于${dayInProse(issuedOn)}印发《${title}》，政策文件与解读材料现已同步公开。附件是新闻发布材料包。`;
  const values: Record<(typeof mailSlots)[number], string> = {
    TITLE: escapeMarkup(title),
    NUMBER: escapeMarkup(number),
    SUMMARY: escapeMarkup(summary),
    LINKS: links.map(linkLine).join(''),
    CONTACT: escapeMarkup(press.contact),
    SITE: escapeMarkup(site.name),
  };
  return PressMail.parse({
    subject: oneLine(`新闻发布材料：${title}${number ? `（${number}）` : ''}`),
    html: template.replace(/%%([A-Z]+)%%/g, (slot, name: string) => values[name as keyof typeof values] ?? slot),
    text: [
      title,
      number,
      '',
      summary,
      '',
      ...links.map(({ kind, title: name, url }) => `${kind}：${name}\n${url}`),
      '',
      `采访联系：${press.contact}`,
      site.name,
      '',
    ].join('\n'),
  });
}

const linkLine = ({ kind, title, url }: { kind: string; title: string; url: string }) =>
  `<p style="margin:0 0 8px">${escapeMarkup(kind)}：<a href="${escapeMarkup(url)}" style="color:#0b4f9e">${escapeMarkup(title)}</a></p>`;
