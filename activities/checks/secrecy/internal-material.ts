import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { fold, unfold } from '../text/fold.ts';
import { writingsIn } from '../text/places.ts';
import { SECRETS_LAW } from './sources.ts';

const INTERNAL: CodeEntry = {
  code: 'SEC-INTERNAL',
  gate: 'secrecy',
  severity: 'error',
  title: { zh: '出现内部标识', en: 'A mark of internal use' },
  source: SECRETS_LAW,
  good: '鼓励单位开放内部停车设施。',
  bad: '内部资料　注意保存',
};

/** Set phrases that say so wherever they stand. */
const PHRASE =
  /内部(?:资料|文件|材料|刊物|情况|信息)[,，、·:：!！]?(?:请)?(?:注意|妥善)(?:保存|保管|保密)|(?:此件|本件|本文件|本资料|本材料)(?:为|系|属|仅供|仅限)?(?:内部(?:文件|资料|材料|使用|掌握|传阅)|(?:不得|严禁|请勿)外传)|(?:仅供|仅限|限)内部(?:使用|参考|传阅|掌握|交流)|请勿外传|阅后(?:即焚|收回|退回|销毁)/u;
const WORD =
  '(?:内部(?:资料|文件|材料|使用|参考|传阅|掌握|刊物)|内参|注意保存|注意保密|(?:不得|不准|严禁|请勿)外传|不宜公开|不予公开)';
/** Words that are a mark only where nothing else stands beside them; two of them may stand together. */
const ALONE = new RegExp(`^[\\[(（【]?${WORD}(?:[,，、;；]?${WORD})?[\\])）】!！。]?$`, 'u');

/** 内部资料 marks anywhere in a part. 内部 in running text (内部监督、内部审计) is an ordinary word. */
export const internalMaterial: Rule = {
  codes: [INTERNAL],
  check: ({ items }) =>
    items.flatMap((checked) =>
      writingsIn(checked).flatMap(({ text, place }) => {
        const folded = fold(text);
        const match = PHRASE.exec(folded.text) ?? ALONE.exec(folded.text);
        if (!match) return [];
        const { start, end } = unfold(text, folded, match.index, match.index + match[0].length);
        const quote = text.slice(start, end);
        return [
          finding(
            INTERNAL,
            checked.item.id,
            place(start, end),
            { zh: `出现内部标识“${quote}”。`, en: `There is a mark of internal use: "${quote}".` },
            {
              zh: '请确认能否公开；可以公开的，删去该标识。',
              en: 'Make sure that it may be public; if so, take the mark out.',
            },
          ),
        ];
      }),
    ),
};
