import type { CodeEntry } from '../../../schemas/rules.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { finding, type Rule } from '../rule.ts';
import { datesIn } from '../text/dates.ts';
import { captioned, fieldsNamed, fieldsOf } from '../text/fields.ts';
import { WORK_POINTS } from './sources.ts';

type Element = CodeEntry & {
  name: string;
  label: RegExp;
  /** What has to stand under the label. */
  value: (value: string) => boolean;
  /** The same said in a sentence of its own. */
  sentence: RegExp | null;
};

const entry = (code: string, name: string, en: string, good: string, bad: string): CodeEntry & { name: string } => ({
  code,
  gate: 'intake',
  severity: 'error',
  title: { zh: `惠企政策没有${name}`, en: `The business-support policy has no ${en}` },
  source: WORK_POINTS,
  good,
  bad,
  name,
});

const anything = (value: string) => value.trim().length >= 4;
const CONTACT = /(\d{3,4}[-－—]\d{7,8}|(?<!\d)\d{7,8}(?!\d)|(?<!\d)12345(?!\d)|[\w.]+@[\w.]+|1[3-9]\d{9})/u;
/** 施行日期和有效期不算: what counts is when one can apply. */
const opensAndCloses = (value: string) => {
  const applying = value
    .split(/[。；\n]/u)
    .filter((sentence) => !/(施行|实施|有效期)/u.test(sentence) || /(申报|申请|受理|办理)/u.test(sentence))
    .join('。');
  return datesIn(applying).length >= 2 || /(常年|全年|随时|长期)[^。；]{0,4}(受理|申报|申请|办理)/u.test(applying);
};

/** 六要素 of 惠企政策: they stand in the document itself, since the document is what an enterprise can rely on. */
const ELEMENTS: Element[] = [
  {
    ...entry('BEN-CONDITIONS', '申请条件', 'conditions', '二、申请条件　申请企业应当……', '没有说明谁可以申请'),
    label: /(申请|申报|支持|享受|补贴|补助|奖励|扶持|适用|准入|认定)[^。]{0,4}(条件|对象|范围|主体)|^条件|适用对象/u,
    value: anything,
    sentence:
      /(符合|具备|满足)[^。；]{0,12}条件[^。；]{0,10}(可以|均可|可)(申请|申报|享受)|(申请人|申请企业|申报企业|申报单位|申请单位)[^。；]{0,6}应当(同时)?(符合|具备|满足|在)/u,
  },
  {
    ...entry('BEN-MATERIALS', '申报材料清单', 'list of papers', '三、申报材料　申请表、付款凭证', '没有说明提交什么'),
    label: /(申报|申请|提交|所需|办理)[^。]{0,4}(材料|资料)|材料清单/u,
    value: anything,
    sentence: /(提交|提供|报送|携带)[^。；]{0,10}(下列|以下|如下)?[^。；]{0,20}(材料|申请表|资料|证明)/u,
  },
  {
    ...entry('BEN-PROCESS', '办理流程', 'procedure', '四、办理流程　网上申报、受理审核……', '没有说明怎么办'),
    label: /(办理|申报|申请|审核|兑付|兑现)[^。]{0,4}(流程|程序|步骤|方式)|^(流程|程序)/u,
    value: anything,
    sentence: /(登录|通过)[^。；]{0,30}(申报|提出申请|提交)[^。]{0,60}(审核|受理|公示|拨付)/u,
  },
  {
    ...entry('BEN-UNIT', '承办部门', 'responsible unit', '五、承办部门　区工业和信息化局', '没有说明找谁办'),
    label: /(承办|受理|主管|责任|牵头|经办|办理|实施|负责)(部门|单位|机构|机关)|组织实施|职责分工|部门职责/u,
    value: anything,
    sentence:
      /[\u4e00-\u9fa5]{2,14}(局|委员会|中心|办公室|办事处)(牵头)?负责[^。；]{0,20}(受理|审核|组织实施|实施|申报|解释)/u,
  },
  {
    ...entry('BEN-CONTACT', '联系方式', 'contact', '六、联系方式　电话：0531-55550318', '没有电话、地址或者邮箱'),
    label: /(联系|咨询|服务)(方式|电话|人|热线)|电话|联系我们/u,
    value: (value) => CONTACT.test(value),
    sentence: new RegExp(`(电话|热线|邮箱|咨询|联系)[^。；]{0,12}?${CONTACT.source}`, 'u'),
  },
  {
    ...entry(
      'BEN-PERIOD',
      '申报起止时间',
      'application period',
      '七、起止时间　5月11日至6月30日受理',
      '只有施行日期和有效期',
    ),
    label: /(起止|申报|申请|受理|办理)[^。]{0,4}(时间|期限|日期|时限)/u,
    value: opensAndCloses,
    sentence:
      /(申报|申请|受理|征集|兑现)[^。；]{0,16}(时间|期限)?[^。；]{0,10}(自|从|为|于)?[^。；]{0,6}\d{1,2}月(\d{1,2}日)?[^。；]{0,4}(至|到|—|－|-)[^。；]{0,8}\d{1,2}月|(常年|全年)(受理|申报)/u,
  },
];

export const businessSupport: Rule = {
  codes: ELEMENTS.map(({ name: _, label: __, value: ___, sentence: ____, ...code }) => code),
  check({ manifest, policy }) {
    if (!policy || !manifest) return [];
    if (!manifest.isBusinessSupport && manifest.policyKind !== 'business-support') return [];
    return ELEMENTS.filter((element) => !isThere(element, policy.model)).map((element) =>
      finding(
        element,
        policy.item.id,
        { where: 'body', quote: '' },
        { zh: `惠企政策没有写明${element.name}。`, en: `${element.title.en}.` },
        { zh: `请在文件中补充，例如：${element.good}`, en: `Add it to the document, for example: ${element.good}` },
      ),
    );
  },
};

function isThere({ label, value, sentence }: Element, model: DocumentModel): boolean {
  const said = [...fieldsNamed(fieldsOf(model), label).map((field) => field.value), ...captioned(model, label)];
  return said.some(value) || (sentence?.test(model.paragraphs.map(({ text }) => text).join('\n')) ?? false);
}
