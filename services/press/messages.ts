import { createHash } from 'node:crypto';
import { dayInProse, inShanghai } from '../../activities/rendering/dates.ts';
import { oneLine } from '../../activities/rendering/escape.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Instant } from '../../schemas/text.ts';
import type { MailRow, Matter } from './ports.ts';

/**
 * Derived from what the mail is about, so that a resend after a crash is the same mail: hosts that suppress
 * duplicates (RFC 7352) drop it, and a reader's program shows one. It tells nothing about the recipient.
 */
export function messageId(releaseId: ReleaseId, matter: Matter, address: string, from: string): string {
  const hash = createHash('sha256').update(address.toLowerCase()).digest('hex').slice(0, 16);
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return `<${releaseId}.${matter === 'release' ? '' : `${matter}.`}${hash}@${domain}>`;
}

/** 撤回通知: refers to the mail it takes back and repeats nothing of its content but the subject. */
export function recallMail({ subject }: Pick<MailRow, 'subject'>, reason: string, at: Instant, contact: string) {
  return {
    subject: oneLine(`撤回通知：${subject}`),
    text: [
      `此前发送的“${subject}”已于${dayInProse(inShanghai(at).day)}撤回，请停止使用其中的政策文件、解读材料和通稿；已经刊发的，请更正。`,
      '',
      `撤回原因：${reason}`,
      '',
      `联系：${contact}`,
      '',
    ].join('\n'),
  };
}
