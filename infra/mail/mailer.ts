import { createTransport } from 'nodemailer';
import type { Mailer } from '../../services/press/ports.ts';

/** Sends over SMTP; `url` is `smtp://user:password@host:port`. At most three connections at a time. */
export function createMailer(url: string): Mailer & { close(): void } {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 3,
    // Activities have two minutes; nodemailer's own limits are longer.
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    // Content comes from releases: it must never make the mailer open a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ from, to, messageId, date, subject, text, html, about, attachments }) {
      try {
        const info = await transport.sendMail({
          from,
          to,
          messageId,
          date: new Date(date),
          subject,
          text,
          ...(html ? { html } : {}),
          ...(about ? { inReplyTo: about, references: about } : {}),
          attachments: attachments.map(({ content, ...rest }) => ({ ...rest, content: Buffer.from(content) })),
        });
        return { outcome: 'accepted', response: String(info.response) };
      } catch (error) {
        const code = (error as { responseCode?: unknown }).responseCode;
        const response = (error as { response?: unknown }).response;
        if (typeof code === 'number' && code >= 500 && code < 600 && !isAboutUs(error)) {
          return { outcome: 'refused', response: String(response ?? code) };
        }
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

/** A failed login says nothing about the recipient: an operator mends it, and the mail is tried again. */
const isAboutUs = (error: unknown): boolean => (error as { code?: unknown }).code === 'EAUTH';
