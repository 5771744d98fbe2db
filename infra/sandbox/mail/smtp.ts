import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerAddress } from 'smtp-server';
import { z } from 'zod';
import { describeMail } from './description.ts';
import type { MailStore } from './store.ts';

/** How the mail host is set up. */
export const MailHost = z.strictObject({
  /** Domains whose mailboxes are here; empty: every domain, so that a start on one machine needs no mail routing. */
  domains: z.array(z.string().min(1)).default([]),
  /** Who may send; empty: anybody who can reach the port. */
  users: z.record(z.string(), z.string()).default({}),
  /** Largest mail in bytes (RFC 1870). */
  sizeLimit: z
    .int()
    .positive()
    .default(25 * 1024 * 1024),
});
export type MailHost = z.infer<typeof MailHost>;

/** An SMTP reply. The enhanced code (RFC 3463) stands in the text. */
class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

const mailboxOf = ({ address }: SMTPServerAddress) => address.toLowerCase();

/** RFC 5322 asks for exactly one From and one Date; a mail without them, or no mail at all, is refused. */
function requireWellFormed(raw: Uint8Array, mail: ParsedMail): void {
  if (raw.includes(0)) throw new Refusal(554, '5.6.0 NUL octet in message');
  for (const name of ['from', 'date'] as const) {
    const lines = mail.headerLines.filter(({ key }) => key === name);
    if (lines.length !== 1) throw new Refusal(554, `5.6.0 Expected one ${name} header, found ${lines.length}`);
  }
  if (!mail.from?.value[0]?.address) throw new Refusal(554, '5.6.0 From has no address');
  if (!mail.date || Number.isNaN(mail.date.getTime())) throw new Refusal(554, '5.6.0 Date cannot be read');
}

/** The receiving mail server (MX) of every recipient. */
export function createSmtpServer(
  host: MailHost,
  store: MailStore,
  clock: () => number,
  log: (message: string) => void,
): SMTPServer {
  const users = new Map(Object.entries(host.users));
  const server = new SMTPServer({
    size: host.sizeLimit,
    authOptional: users.size === 0,
    // Without a certificate of its own the host offers no STARTTLS, which senders would try and fail to trust.
    disabledCommands: users.size === 0 ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      const known = username !== undefined && users.has(username) && users.get(username) === password;
      if (known) callback(null, { user: username });
      else callback(new Refusal(535, '5.7.8 Authentication credentials invalid'));
    },
    onRcptTo(recipient, _session, callback) {
      const domain = mailboxOf(recipient).split('@')[1];
      if (!domain) return callback(new Refusal(553, '5.1.3 Bad recipient address'));
      if (host.domains.length > 0 && !host.domains.includes(domain))
        return callback(new Refusal(550, '5.7.1 Relaying denied'));
      callback();
    },
    onData(stream, session, callback) {
      const receive = async () => {
        const chunks: Buffer[] = [];
        // Read to the end even when too large: the reply may only follow the final dot.
        for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk);
        if (stream.sizeExceeded) throw new Refusal(552, `5.3.4 Message is larger than ${host.sizeLimit} bytes`);
        const raw = Buffer.concat(chunks);
        const mail = await simpleParser(raw);
        requireWellFormed(raw, mail);
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailboxOf(mailFrom) : '';
        const mailboxes = rcptTo.map(mailboxOf);
        const description = describeMail(mail);
        store.deliver({ mailboxes, messageId: mail.messageId, mailFrom: from, raw, description, at: clock() });
      };
      receive().then(
        () => callback(null, '2.0.0 Accepted'),
        (error: unknown) => {
          log(`mail refused: ${error instanceof Error ? error.message : String(error)}`);
          callback(error instanceof Refusal ? error : new Refusal(451, '4.3.0 Local error, try again later'));
        },
      );
    },
  });
  server.on('error', (error) => log(`smtp: ${error.message}`)); // a connection that broke; the server itself goes on
  return server;
}
