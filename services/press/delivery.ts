import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { openObject } from '../../activities/releases/sealed-staging.ts';
import { PressMail } from '../../activities/rendering/press/mail.ts';
import type { ChannelsFile } from '../../schemas/configuration.ts';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import { messageId, recallMail } from './messages.ts';
import type { Mail, Mailer, MailRow, PressStore, Recipient } from './ports.ts';
import { damaged, notReached, notStaged, otherPack, reached, recalled, unsealed } from './texts.ts';

export type PressDeps = {
  store: PressStore;
  /** Ciphertext that the core put out for the channels. */
  staging: BlobStore;
  mailer: Mailer;
  press: ChannelsFile['press'];
};

const packPath = 'pack.zip';
const mailPath = 'mail.json';

/** Press packs by mail: one mail per recipient, on record before it is sent, answered or sent again with the same id. */
export function createPressDelivery({ store, staging, mailer, press }: PressDeps): DeliveryActivities {
  /** Opens what is staged; throws `StagingDamaged` where a byte differs from what was sealed. */
  const open = async (releaseId: ReleaseId, key: string): Promise<{ mail: PressMail; pack: Uint8Array }> => {
    const plain = new Map<string, Uint8Array>();
    for (const { path, sha256, sealed } of await store.files(releaseId)) {
      const bytes = openObject(Buffer.from(key, 'base64'), { releaseId, path }, sealed);
      if (digestOf(bytes) !== sha256) throw damaged(path);
      plain.set(path, bytes);
    }
    const [mail, pack] = [plain.get(mailPath), plain.get(packPath)];
    if (!mail || !pack) throw damaged(mail ? packPath : mailPath);
    return { mail: PressMail.parse(JSON.parse(new TextDecoder().decode(mail))), pack };
  };

  /**
   * Sends what is neither accepted nor refused. A mail host that is away holds up no other recipient; the first such
   * failure is thrown at the end, so that the activity is tried again for those who are left.
   */
  const sendAll = async (
    rows: MailRow[],
    compose: (row: MailRow) => Omit<Mail, 'from' | 'to' | 'messageId' | 'date'>,
  ) => {
    const open = rows.filter(({ acceptedAt, refusedAt }) => !acceptedAt && !refusedAt);
    const results = await Promise.allSettled(
      open.map(async (row) => {
        const { recipient: to, messageId, intendedAt: date } = row;
        const { outcome, response } = await mailer.send({ from: press.from, to, messageId, date, ...compose(row) });
        await (outcome === 'accepted' ? store.accepted(messageId, response) : store.refused(messageId, response));
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };

  /** Mails of a release; one to an address that was refused and has been corrected since is history. */
  const originalsOf = async (releaseId: ReleaseId) => {
    const addresses = new Set(press.recipients.map(({ address }) => address));
    const rows = await store.mails(releaseId, 'release');
    return rows.filter(({ refusedAt, recipient }) => !refusedAt || addresses.has(recipient.address));
  };
  /** Today's recipients, and whoever got what this release acts on, though no longer on the list. */
  const recipientsOf = async (actsOn: readonly ReleaseId[]): Promise<Recipient[]> => {
    const earlier = await Promise.all(actsOn.map((original) => store.mails(original, 'release')));
    const all = [...press.recipients, ...earlier.flat().map(({ recipient }) => recipient)];
    return [...new Map(all.toReversed().map((recipient) => [recipient.address.toLowerCase(), recipient])).values()];
  };

  const digestsOf = async (releaseId: ReleaseId) => (await store.files(releaseId)).map(({ sha256 }) => sha256);

  return {
    /** Copies the ciphertext, so that the release no longer hangs on the staging store. A repeat changes nothing. */
    async acceptOrder({ releaseId, bundleId, objects, actsOn }) {
      const files = await Promise.all(
        objects.map(async ({ path, sha256, ciphertext }) => {
          if (!ciphertext) throw permanent('ChannelRefused', unsealed(path));
          return { path, sha256, sealed: await staging.get(ciphertext.sha256) };
        }),
      );
      for (const path of [packPath, mailPath]) if (!files.some((file) => file.path === path)) throw damaged(path);
      await store.stage({ releaseId, bundleId, files, actsOn });
      return [mailing];
    },
    accountsOf: async () => [mailing],
    /** `discard` and `withdraw` close the order themselves. */
    closeOrder: async () => [mailing],

    async prepareDelivery({ releaseId }) {
      const delivery = await store.delivery(releaseId);
      if (!delivery || delivery.discardedAt || delivery.withdrawnAt) throw permanent('ChannelRefused', notStaged);
      return { digests: await digestsOf(releaseId), at: delivery.preparedAt };
    },

    /**
     * A repeat skips who has the mail, and sends the same mail again to whom it is not known to have reached. A later try
     * asks also those again whose host said no, and whoever is among the recipients only now.
     */
    async publishDelivery({ releaseId, attempt }, key) {
      const delivery = await store.delivery(releaseId);
      if (!delivery || delivery.discardedAt || delivery.withdrawnAt) return { state: 'refused', detail: notStaged };
      const { mail, pack } = await open(releaseId, key);
      const packSha256 = digestOf(pack);
      const matter = 'release';
      if (attempt > 1) await store.reopened(releaseId, matter);
      const intended = await store.intend(
        releaseId,
        (await recipientsOf(delivery.actsOn)).map((recipient) => ({
          recipient,
          matter,
          messageId: messageId(releaseId, matter, recipient.address, press.from),
          subject: mail.subject,
          packSha256,
        })),
      );
      if (!intended) return { state: 'refused', detail: notStaged }; // withdrawn meanwhile, with nobody to tell of it
      const attachment = { filename: '新闻发布材料包.zip', contentType: 'application/zip', content: pack };
      await sendAll(await store.mails(releaseId, matter), () => ({ ...mail, attachments: [attachment] }));
      return outcome(await originalsOf(releaseId));
    },

    /** Sending is over when `publishDelivery` returns; this says how it ended. */
    async pollDelivery({ releaseId }) {
      return outcome(await originalsOf(releaseId));
    },

    async verifyDelivery({ releaseId }) {
      const rows = await originalsOf(releaseId);
      const files = await store.files(releaseId);
      const sealed = files.find(({ path }) => path === packPath)?.sha256;
      const wrong = rows.filter(({ packSha256 }) => packSha256 !== sealed);
      const missing = rows.filter(({ acceptedAt }) => !acceptedAt);
      if (rows.length === 0 || wrong.length > 0) throw permanent('ChannelRefused', otherPack);
      if (missing.length > 0) throw permanent('ChannelRefused', notReached(rows, missing));
      return {
        digests: files.map(({ sha256 }) => sha256),
        at: new Date().toISOString(),
        url: null,
        detail: reached(rows),
      };
    },

    discardDelivery: ({ releaseId, bundleId }) => store.discard(releaseId, bundleId),

    /** Everyone whose mail host took the original, or may have taken it, is told. */
    async withdrawDelivery({ releaseId, bundleId, attempt }, reason) {
      const { at } = await store.withdraw(releaseId, bundleId);
      const originals = (await store.mails(releaseId, 'release')).filter(({ refusedAt }) => !refusedAt);
      const matter = 'recall';
      if (attempt > 1) await store.reopened(releaseId, matter);
      const composed = new Map(
        originals.map((row) => [row.recipient.address, recallMail(row, reason, at, press.contact)]),
      );
      await store.intend(
        releaseId,
        originals.map(({ recipient }) => ({
          recipient,
          matter,
          messageId: messageId(releaseId, matter, recipient.address, press.from),
          subject: composed.get(recipient.address)?.subject ?? '',
          packSha256: null,
        })),
      );
      await sendAll(await store.mails(releaseId, matter), ({ recipient, subject }) => ({
        subject,
        text: composed.get(recipient.address)?.text ?? '',
        about: messageId(releaseId, 'release', recipient.address, press.from),
        attachments: [],
      }));
      const recalls = await store.mails(releaseId, matter);
      const missing = recalls.filter(({ acceptedAt }) => !acceptedAt);
      if (missing.length > 0) throw permanent('ChannelRefused', notReached(recalls, missing));
      return { at, detail: recalled(recalls) };
    },

    /** A mail is read in private: what the mail hosts took is all that anybody can know of it. */
    async inspectDelivery({ releaseId }) {
      const delivery = await store.delivery(releaseId);
      const originals = await originalsOf(releaseId);
      const accepted = originals.filter(({ acceptedAt }) => acceptedAt);
      const unanswered = originals.filter(({ acceptedAt, refusedAt }) => !acceptedAt && !refusedAt);
      if (delivery?.withdrawnAt) {
        const untold = (await store.mails(releaseId, 'recall')).filter(({ acceptedAt }) => !acceptedAt);
        if (untold.length === 0) return { state: 'withdrawn', digests: [], detail: null };
        return { state: 'public', digests: [], detail: notReached(originals, untold) };
      }
      if (accepted.length > 0) {
        const whole = accepted.length === originals.length;
        const digests = whole ? await digestsOf(releaseId) : [];
        const missing = originals.filter(({ acceptedAt }) => !acceptedAt);
        return { state: 'public', digests, detail: whole ? null : notReached(originals, missing) };
      }
      if (unanswered.length > 0) return { state: 'unknown', digests: [], detail: notReached(originals, unanswered) };
      const digests = await digestsOf(releaseId);
      return { state: digests.length > 0 ? 'staged' : 'absent', digests, detail: null };
    },
  };
}

const mailing = { id: 'press', name: '新闻发布材料包' };

/** Live once every recipient has an answer and one of them has the mail. */
function outcome(rows: MailRow[]): Awaited<ReturnType<DeliveryActivities['pollDelivery']>> {
  if (rows.some(({ acceptedAt, refusedAt }) => !acceptedAt && !refusedAt)) return { state: 'running' };
  const missing = rows.filter(({ acceptedAt }) => !acceptedAt);
  if (missing.length === rows.length) return { state: 'refused', detail: notReached(rows, missing) };
  return {
    state: 'live',
    at: latest(rows),
    url: null,
    detail: missing.length > 0 ? notReached(rows, missing) : reached(rows),
  };
}

const latest = (rows: MailRow[]): string =>
  rows
    .map(({ acceptedAt }) => acceptedAt ?? '')
    .sort()
    .at(-1) ?? '';
