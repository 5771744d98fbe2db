import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';

const LIMIT: CodeEntry = {
  code: 'WRD-CHANNEL-LIMIT',
  gate: 'wording',
  severity: 'error',
  title: { zh: '渠道版本超过平台限制', en: 'A channel variant exceeds the platform’s limit' },
  source:
    '微信公众平台 draft/add：标题不超过32字，摘要不超过128字，作者不超过16字，封面须为 jpg、png 图片且不超过10 MB',
  good: '封面为一张2 MB 的 PNG 图片',
  bad: '封面指向一件 Word 文件',
};
const COVER_TYPES = /^image\/(png|jpe?g|gif|bmp)$/u;
const COVER_BYTES = 10 * 1024 * 1024;
const LIMITS = { shortTitle: 32, digest: 128, author: 16 } as const;

/** Found at the gate, not by WeChat's error 45003 at the moment of release. */
export const channelVariants: Rule = {
  codes: [LIMIT],
  check({ manifest }) {
    const wechat = manifest?.variants?.wechat;
    if (!manifest || !wechat) return [];
    const findings: Finding[] = [];
    const report = (quote: string, zh: string, en: string) =>
      findings.push(
        finding(
          LIMIT,
          'manifest',
          { where: 'manifest', quote },
          { zh, en },
          { zh: '请修改清单的 variants.wechat。', en: 'Mend variants.wechat in the manifest.' },
        ),
      );
    for (const [name, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][]) {
      const length = [...(wechat[name] ?? '')].length;
      if (length > limit)
        report(
          `variants.wechat.${name}`,
          `微信 ${name} 有${length}字，上限是${limit}字。`,
          `WeChat ${name} has ${length} characters, the limit is ${limit}.`,
        );
    }
    if (wechat.cover === undefined) return findings;
    const cover = manifest.items.find(({ id }) => id === wechat.cover);
    if (!cover)
      report(
        'variants.wechat.cover',
        `封面“${wechat.cover}”不在政策包里。`,
        `The cover "${wechat.cover}" is not in the bundle.`,
      );
    else if (!COVER_TYPES.test(cover.mediaType))
      report(
        'variants.wechat.cover',
        `封面“${cover.id}”不是微信接受的图片格式。`,
        `The cover "${cover.id}" is no picture that WeChat takes.`,
      );
    else if (cover.bytes > COVER_BYTES)
      report('variants.wechat.cover', `封面“${cover.id}”超过10 MB。`, `The cover "${cover.id}" is larger than 10 MB.`);
    return findings;
  },
};
