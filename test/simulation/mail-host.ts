import type { Mail, MailAnswer, Mailer } from '../../services/press/ports.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

/** Mails that the recipients' host has taken, in order; a second one with the same id is the same mail to its reader. */
export function createMailHost({ random, faults }: { random: Random; faults: Faults }): {
  mailer: Mailer;
  taken: Mail[];
} {
  const taken: Mail[] = [];
  const unknownAddresses = new Map<string, boolean>();
  const failure = () => Object.assign(new Error('451 try again later'), { responseCode: 451 });
  const mailer: Mailer = {
    send: (mail) =>
      faults.call('mail', failure, (): MailAnswer => {
        const address = mail.to.address;
        if (!unknownAddresses.has(address)) unknownAddresses.set(address, random.chance(0.05));
        if (unknownAddresses.get(address)) return { outcome: 'refused', response: '550 no such user' };
        taken.push(mail);
        return { outcome: 'accepted', response: '250 queued' };
      }),
  };
  return { mailer, taken };
}
