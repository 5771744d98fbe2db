import type { CodeEntry } from '../../../schemas/rules.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { finding, type Rule } from '../rule.ts';
import { datesIn } from '../text/dates.ts';
import { captioned, type Field, fieldsNamed, fieldsOf } from '../text/fields.ts';
import { linesOf } from '../text/lines.ts';
import { DETAILED_RULES_80 } from './sources.ts';

type PlanField = CodeEntry & {
  name: string;
  label: RegExp;
  /** What the field has to say; an empty or evasive value (待定) is as good as none. */
  value: RegExp | ((value: string) => boolean);
  /** The same said in a sentence without a label. */
  sentence: RegExp | null;
};

const entry = (code: string, severity: CodeEntry['severity'], name: string, en: string, good: string, bad: string) => ({
  code,
  gate: 'intake' as const,
  severity,
  title: { zh: `解读方案没有写明${name}`, en: `The plan does not say ${en}` },
  source: DETAILED_RULES_80,
  good,
  bad,
});

const ORGANISATION = /(局|办|办公室|委|委员会|中心|街道|政府|部门|单位|院|会|公司|学校|站|所|处|科|队|部|厅|集团)/u;
const saysWhen = (value: string) =>
  datesIn(value).some(({ day }) => day !== null) ||
  /(与|同|随)?(文件|政策|通知|办法|方案|原文|正文)?[^。；]{0,8}(同步|同时)(发布|公开|解读|刊发|推出)|(印发|发布|公布|出台|施行)(之日|当日|后|当天)|当(日|天)/u.test(
    value,
  );

const FIELDS: PlanField[] = [
  {
    ...entry(
      'INT-PLAN-TIMING',
      'error',
      '解读时间',
      'when',
      '解读时间：2026年6月5日与文件同步发布',
      '没有解读时间，或者写“待定”',
    ),
    name: '解读时间',
    label: /(解读|发布|公开|推进|实施)?(时间|时限|日期|进度)/u,
    value: saysWhen,
    sentence:
      /((解读|材料|发布|刊发|上线|推送)[^。；]{0,20}(\d{1,2}月\d{1,2}日|同步发布|同时发布)|(\d{1,2}月\d{1,2}日|与文件)[^。；]{0,10}(同步|同时)?(发布|公开|刊发|上线|推送))/u,
  },
  {
    ...entry(
      'INT-PLAN-CHANNEL',
      'error',
      '解读渠道',
      'on which channels',
      '解读渠道：区政府网站、微信公众号',
      '没有解读渠道',
    ),
    name: '解读渠道',
    label: /(渠道|途径|平台|载体)/u,
    value: /(网|公众号|微信|微博|APP|app|客户端|公报|电视|广播|报|媒体|发布会|公告栏|宣传栏|平台|大厅|抖音|视频号|屏)/u,
    sentence:
      /(在|通过|利用|依托)[^。；]{0,30}(网站|公众号|APP|公报|客户端)[^。；]{0,30}(发布|公开|推送|刊登|刊发|转载|解读)/u,
  },
  {
    ...entry(
      'INT-PLAN-UNIT',
      'error',
      '责任单位',
      'which unit answers for it',
      '责任单位：区民政局',
      '没有责任单位，只有解读人',
    ),
    name: '责任单位',
    label: /((责任|解读|牵头|主办|承办|负责|实施|配合)(单位|部门|机关|机构|主体)|责任分工|任务分工|组织领导)/u,
    value: ORGANISATION,
    sentence:
      /由[^。；，]{2,30}(局|办公室|委员会|委|中心|办事处)[^。；，]{0,6}(负责|牵头|组织)[^。；]{0,20}(解读|发布|组织实施)/u,
  },
  {
    ...entry(
      'INT-PLAN-FORM',
      'warning',
      '解读形式',
      'in which forms',
      '解读形式：文字解读、图解、问答',
      '没有解读形式',
    ),
    name: '解读形式',
    label: /(形式|方式|样式)/u,
    value: /(文字|图|表|音频|视频|动漫|问答|发布会|访谈|专家|通稿|宣讲|H5|讲解|直播|解读)/u,
    sentence: /(采取|采用|通过|以)[^。；]{0,30}(文字解读|图解|图表|问答|视频|发布会|访谈)/u,
  },
  {
    ...entry(
      'INT-PLAN-OUTLINE',
      'warning',
      '解读提纲',
      'what it will explain',
      '解读提纲：出台背景、决策依据、出台目的、重要举措',
      '没有解读提纲',
    ),
    name: '解读提纲',
    label: /(提纲|要点|重点|内容|大纲)/u,
    value: /\S{4,}/u,
    sentence: /(解读|说明|介绍)[^。；]{0,20}(背景|依据|目的|举措|内容)/u,
  },
];

/** 解读方案 says form, channels, time and the unit that answers for it, not just that there will be an interpretation. */
export const planFields: Rule = {
  codes: FIELDS.map(({ name: _, label: __, value: ___, sentence: ____, ...code }) => code),
  check({ plan }) {
    if (!plan) return [];
    const fields = fieldsOf(plan.model);
    const text = bodyOf(plan.model);
    return FIELDS.filter((field) => !says(field, fields, captioned(plan.model, field.label), text)).map((field) =>
      finding(
        field,
        plan.item.id,
        { where: 'plan-field', quote: field.name },
        { zh: `解读方案没有写明${field.name}。`, en: `${field.title.en}.` },
        { zh: `请补充，例如：${field.good}`, en: `Add it, for example: ${field.good}` },
      ),
    );
  },
};

function says(field: PlanField, fields: Field[], captions: string[], text: string): boolean {
  const holds = (value: string) => (field.value instanceof RegExp ? field.value.test(value) : field.value(value));
  if (
    fieldsNamed(fields, field.label).some(
      ({ value }) => !/^(待定|另行确定|暂缺|无)[。.]?$/u.test(value) && holds(value),
    )
  )
    return true;
  return captions.some(holds) || (field.sentence?.test(text) ?? false);
}

/** Without title and signature: the day under the signature is when the plan was drawn up, not when it is carried out. */
const bodyOf = (model: DocumentModel) =>
  linesOf(model)
    .filter(({ paragraph }) => !['right', 'center'].includes(model.paragraphs[paragraph]?.alignment ?? ''))
    .map(({ text }) => text)
    .join('\n');
