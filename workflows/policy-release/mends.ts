import type { ReleaseState } from '../../schemas/release.ts';
import type { Bilingual } from '../../schemas/text.ts';

// 怎么办: what a person can do about a refusal of rules.ts.
export const lookAgain: Bilingual = {
  zh: '重新查看（lockstep release status）后再办理',
  en: 'Look again (lockstep release status), then decide',
};
export const laterInstant: Bilingual = {
  zh: '改用更晚的时刻，例如 --at +1m',
  en: 'Choose a later one, e.g. --at +1m',
};
export const signedGates: Bilingual = {
  zh: '补齐缺项、办完审签后再签发；进度见 lockstep release status',
  en: 'Supply what is missing and let every gate sign; lockstep release status shows where it stands',
};
export const readyChannels: Bilingual = {
  zh: '等各渠道就绪；被拒绝的由运维重试（lockstep release retry），结果待核实的由运维核实（lockstep release settle）',
  en: 'Wait until every channel is ready; an operator has a refused one try again (lockstep release retry), and settles what is unknown (lockstep release settle)',
};

/** What a leader can do with a bundle that is not where they thought it was. */
export function wayOn(state: ReleaseState): Bilingual {
  switch (state) {
    case 'draft':
    case 'in-review':
      return { zh: '先办完各关审签（lockstep gate）', en: 'Let every gate sign first (lockstep gate)' };
    case 'returned':
    case 'rolled-back':
      return {
        zh: '修改后提交新的一版（lockstep submit）',
        en: 'Mend it and submit a new revision (lockstep submit)',
      };
    case 'cleared':
    case 'preparing':
      return {
        zh: '等各渠道就绪；被拒绝的渠道由运维重试（lockstep release retry）',
        en: 'Wait until every channel is ready; an operator has a refused one try again (lockstep release retry)',
      };
    case 'prepared':
      return { zh: '可以签发（lockstep release arm）', en: 'It can be armed (lockstep release arm)' };
    case 'armed':
      return {
        zh: '要改时刻、同批名单或稿件，先暂缓（lockstep release hold）',
        en: 'To change its instant, its group or its text, hold it first (lockstep release hold)',
      };
    case 'held':
      return {
        zh: '用 lockstep release resume 恢复：改时刻加 --at，脱离同批加 --alone；加入同批用 lockstep release group',
        en: 'Resume it (lockstep release resume): --at for another instant, --alone without its group; it joins one by lockstep release group',
      };
    case 'committing':
    case 'releasing':
    case 'withdrawing':
      return { zh: '稍后看结果（lockstep release status）', en: 'See how it ends (lockstep release status)' };
    case 'verifying':
    case 'released':
    case 'partly-released':
    case 'outcome-unknown':
      return {
        zh: '已经公开：更正或废止用 lockstep amend，撤稿用 lockstep withdraw',
        en: 'It is public: correct or abolish it with lockstep amend, or lockstep withdraw it',
      };
    case 'withdrawn':
      return { zh: '换一个新的 bundleId 再送审', en: 'Submit it under a new bundleId' };
  }
}
