import { createHash } from 'node:crypto';
import type { AddressObject, ParsedMail } from 'mailparser';
import { z } from 'zod';

const Person = z.object({ name: z.string(), address: z.string() });
/** What a mailbox shows of a mail. Made once, on receipt: lists need not take every mail apart again. */
export const MailDescription = z.object({
  from: z.array(Person),
  to: z.array(Person),
  subject: z.string(),
  date: z.string().nullable(),
  text: z.string(),
  html: z.string().nullable(),
  attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), size: z.int(), sha256: z.string() })),
});
export type MailDescription = z.infer<typeof MailDescription>;

const people = (value: AddressObject | AddressObject[] | undefined) =>
  [value ?? []].flat().flatMap((list) => list.value.map(({ name, address }) => ({ name, address: address ?? '' })));

export const describeMail = (mail: ParsedMail): MailDescription => ({
  from: people(mail.from),
  to: people(mail.to),
  subject: mail.subject ?? '',
  date: mail.date?.toISOString() ?? null,
  text: mail.text ?? '',
  html: mail.html || null,
  attachments: mail.attachments.map(({ filename, contentType, content }, at) => ({
    filename: filename ?? `attachment-${at + 1}`,
    contentType,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  })),
});
