import { permanent } from '../../schemas/failures.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { MailRow } from './ports.ts';

export const reached = (rows: MailRow[]): Bilingual => ({
  zh: `${rows.length} 家媒体的邮件服务器均已接收材料包：${rows.map(({ messageId }) => messageId).join('，')}`,
  en: `The mail hosts of all ${rows.length} recipients took the pack: ${rows.map(({ messageId }) => messageId).join(', ')}`,
});

export const recalled = (rows: MailRow[]): Bilingual => ({
  zh: rows.length === 0 ? '材料包没有发出过，无需通知' : `已向 ${rows.length} 家媒体发送撤回通知`,
  en:
    rows.length === 0
      ? 'No pack was ever sent, nobody had to be told'
      : `${rows.length} recipients were told of the withdrawal`,
});

export const notReached = (rows: MailRow[], missing: MailRow[]): Bilingual => {
  const list = missing
    .map(({ recipient, response }) => `${recipient.name} <${recipient.address}>: ${response ?? ''}`)
    .join('; ');
  return {
    zh: `${rows.length} 家媒体中有 ${missing.length} 家未收到，请核对地址后重试本渠道，或者人工补发：${list}`,
    en: `${missing.length} of ${rows.length} recipients were not reached; correct the address and retry this channel, or send by hand: ${list}`,
  };
};

export const notStaged: Bilingual = {
  zh: '没有该次发布的预置材料包，或它已被清除',
  en: 'No pack is staged for this release, or it was discarded',
};

export const otherPack: Bilingual = {
  zh: '发出的材料包与封签中的不是同一个',
  en: 'The pack that was sent is not the one that was sealed',
};

export const unsealed = (path: string): Bilingual => ({
  zh: `预置内容 ${path} 未加密，本渠道不接收明文`,
  en: `Staged object ${path} is not encrypted; this channel takes no plain text`,
});

export const damaged = (path: string) =>
  permanent('StagingDamaged', {
    zh: `预置内容 ${path} 缺失或与封签中的摘要不符`,
    en: `Staged object ${path} is missing or does not have the digest it was sealed with`,
  });
