import { type Act, BundleId } from '../../../../schemas/bundle.ts';
import { type BundleDraft, draft, item, replace, withDocument } from '../../../support/models.ts';
import type { Example } from './example.ts';

const without = (id: string) => (bundle: BundleDraft) => {
  bundle.manifest.items = bundle.manifest.items.filter((entry) => entry.id !== id);
};
/** Drops a heading of a document and what stands under it. */
const withoutPart = (id: string, heading: string) => (bundle: BundleDraft) => {
  const document = bundle.documents[id];
  const at = document?.lines.findIndex((line) => line.includes(heading)) ?? -1;
  if (at === -1) throw new Error(`No ${heading}`);
  document?.lines.splice(at, 2);
};
const otherBundle = (digit: string) => BundleId.parse(`0000000${digit}-0000-4000-8000-000000000000`);
/** A bundle that acts on others. */
const acting =
  (...acts: Partial<Act>[]) =>
  (bundle: BundleDraft) => {
    bundle.manifest.acts = acts.map((act) => ({
      act: 'correct',
      bundleId: otherBundle('1'),
      on: '2026-12-01',
      reason: '依据变化',
      ...act,
    }));
  };
/** 发布公告 */
const notice =
  (...acts: Partial<Act>[]) =>
  (bundle: BundleDraft) => {
    bundle.manifest.policyKind = 'release-notice';
    acting(...acts)(bundle);
  };
const planSays = (heading: string, value: string) => (bundle: BundleDraft) => {
  const { lines } = bundle.documents.plan ?? { lines: [] };
  lines[lines.findIndex((line) => line.includes(heading)) + 1] = value;
};
const plan = (text: string) => (bundle: BundleDraft) => {
  bundle.documents.plan = draft(text);
};
const material = (text: string) => (bundle: BundleDraft) => {
  bundle.documents.text = draft(text, 'markdown');
};
const element = (code: string, heading: string, ...good: Example['good']): Example => ({
  code,
  bad: [
    { change: withoutPart('text', heading), item: 'text' },
    // A heading with nothing under it explains nothing.
    {
      change: (bundle) => {
        const { lines } = bundle.documents.text ?? { lines: [] };
        lines.splice(lines.findIndex((line) => line.includes(heading)) + 1, 1);
      },
      item: 'text',
    },
  ],
  good,
});

/** A 惠企 policy with all six elements. */
const support = (change: (text: string) => string) => (bundle: BundleDraft) => {
  bundle.manifest.isBusinessSupport = true;
  bundle.documents.policy?.lines.splice(
    -3,
    0,
    ...change(`一、申请条件
申请企业应当在本区依法设立并正常经营。
二、申报材料
申请表、付款凭证。
三、办理流程
企业登录平台申报，区工业和信息化局审核。
四、承办部门
区工业和信息化局。
五、联系方式
区工业和信息化局数字经济科，电话：0531-55550318。
六、起止时间
受理时间为2026年6月1日至2026年9月30日。`).split('\n'),
  );
};
const supportWithout = (heading: string) =>
  support((text) => {
    const lines = text.split('\n');
    lines.splice(
      lines.findIndex((line) => line.includes(heading)),
      2,
    );
    return lines.join('\n');
  });
const benefit = (code: string, heading: string, ...good: Example['good']): Example => ({
  code,
  bad: [{ change: supportWithout(heading), item: 'policy' }],
  good: [support((text) => text), supportWithoutNothing, ...good],
});
const supportWithoutNothing = () => {};

const COPY = `第二条规定，公共体育场馆每周开放时间不少于35小时，全年开放时间不少于330天。室内场馆每天至少安排2小时免费开放时段，优惠幅度不低于公示价格的50%。为提高公共体育场馆使用效率，满足群众健身需求，根据《中华人民共和国体育法》等规定，制定本办法。青禾区公共体育场馆开放服务办法已经区政府同意，现印发给你们，请认真组织实施。本办法自2026年5月15日起施行，有效期至2031年5月14日。`;

export const intakeExamples: Example[] = [
  {
    code: 'INT-ACT-ABSENT',
    bad: [{ change: notice(), item: 'manifest', quote: 'acts' }],
    good: [notice({ act: 'abolish' }), () => {}],
  },
  {
    code: 'INT-ACT-TWICE',
    bad: [{ change: acting({ act: 'amend' }, { act: 'abolish' }), item: 'manifest' }],
    good: [acting({ act: 'amend' }, { act: 'abolish', bundleId: otherBundle('2') })],
  },
  {
    code: 'INT-ACT-SELF',
    bad: [
      { change: (bundle) => acting({ act: 'abolish', bundleId: bundle.manifest.bundleId })(bundle), item: 'manifest' },
    ],
    good: [acting({ act: 'abolish' })],
  },
  {
    code: 'INT-ACT-UNEXPLAINED',
    bad: [
      { change: notice({ act: 'amend' }), item: 'manifest', quote: 'amend' },
      { change: notice({ act: 'supersede' }), item: 'manifest', quote: 'supersede' },
    ],
    good: [notice({ act: 'correct' }), notice({ act: 'withdraw' }), acting({ act: 'amend' })],
  },
  { code: 'INT-PLAN-ABSENT', bad: [{ change: without('plan'), item: 'manifest', quote: 'items' }], good: [() => {}] },
  { code: 'INT-MATERIAL-ABSENT', bad: [{ change: without('text'), item: 'manifest' }], good: [() => {}] },
  {
    code: 'INT-DOCUMENT-ABSENT',
    bad: [
      { change: without('policy'), item: 'manifest' },
      { change: ({ manifest }) => void manifest.items.push(item('policy-2', 'policy-document', 'policy-2.docx')) },
    ],
    good: [() => {}],
  },
  {
    code: 'INT-PLAN-TIMING',
    bad: [
      { change: withoutPart('plan', '解读时间'), item: 'plan', quote: '解读时间' },
      { change: planSays('解读时间', '待定。') },
      { change: planSays('解读时间', '根据工作安排适时开展。') },
    ],
    good: [
      planSays('解读时间', '与文件同步发布。'),
      planSays('解读时间', '文件印发之日起3个工作日内。'),
      planSays('解读时间', '2026年4月17日9:00。'),
      plan(
        '解读方案\n解读提纲\n背景、依据、目的、举措。\n解读形式\n文字解读、图解、问答。\n解读渠道\n区政府网站、微信公众号。\n解读时间\n2026年4月17日与文件同步发布。\n责任单位\n区教育和体育局、区财政局。',
      ),
      plan(
        '^解读方案\n一、解读提纲\n出台背景、决策依据。\n二、解读形式\n图解。\n三、发布渠道\n区政府网站。\n四、时间安排\n4月17日发布图解，4月20日前完成培训。\n五、责任单位\n区民政局。',
      ),
      plan(
        '^解读方案\n|项目|内容|\n|解读提纲|背景、依据、目的、举措|\n|解读形式|文字解读|\n|解读渠道|政府网站|\n|解读时间|与政策文件同步公开|\n|责任单位|区民政局|',
      ),
    ],
  },
  {
    code: 'INT-PLAN-CHANNEL',
    bad: [{ change: withoutPart('plan', '解读渠道'), item: 'plan', quote: '解读渠道' }],
    good: [
      planSays('解读渠道', '政府公报、新闻发布会。'),
      plan(
        '^解读方案\n一、解读提纲\n背景。依据。目的。举措。\n二、解读形式\n图解。\n三、发布途径\n“青禾发布”微信公众号。\n四、解读时间\n与文件同步发布。\n五、责任单位\n区民政局。',
      ),
    ],
  },
  {
    code: 'INT-PLAN-UNIT',
    bad: [
      { change: withoutPart('plan', '责任单位'), item: 'plan', quote: '责任单位' },
      {
        change: (bundle) => {
          withoutPart('plan', '责任单位')(bundle);
          bundle.documents.plan?.lines.splice(-2, 0, '五、解读人', '区教育和体育局副局长江某某。');
        },
      },
    ],
    good: [
      (bundle) => replace(bundle, 'plan', '五、责任单位', '五、解读主体'),
      (bundle) => replace(bundle, 'plan', '五、责任单位', '五、牵头单位和配合单位'),
    ],
  },
  {
    code: 'INT-PLAN-FORM',
    bad: [{ change: withoutPart('plan', '解读形式'), item: 'plan' }],
    good: [planSays('解读形式', '图表、短视频。')],
  },
  {
    code: 'INT-PLAN-OUTLINE',
    bad: [{ change: withoutPart('plan', '解读提纲'), item: 'plan' }],
    good: [(bundle) => replace(bundle, 'plan', '解读提纲', '解读要点')],
  },
  element(
    'INT-ELEM-BACKGROUND',
    '出台背景',
    (bundle) => replace(bundle, 'text', '出台背景', '为什么要出台这个办法'),
    (bundle) => replace(bundle, 'text', '出台背景', '起草缘由'),
    // Captions that are no headings, as people type them.
    withDocument(
      'text',
      '场馆办法解读\n出台背景\n群众反映部分场馆开放时间短、预约难。\n决策依据\n《中华人民共和国体育法》等规定。\n出台目的\n让群众有更多地方健身。\n主要内容\n每周开放时间不少于35小时。',
    ),
    material(
      '# 问答\n**问：为什么出台《办法》？**\n答：近年来群众健身需求增长较快。\n**问：依据是什么？**\n答：依据《中华人民共和国体育法》。\n**问：目的是什么？**\n答：让场馆用得更好。\n**问：有哪些措施？**\n答：每周开放不少于35小时。',
    ),
  ),
  element(
    'INT-ELEM-BASIS',
    '决策依据',
    (bundle) => replace(bundle, 'text', '决策依据', '制定依据'),
    material(
      '# 解读\n一、背景和依据\n近年来需求增长，根据《中华人民共和国体育法》制定本办法。\n二、目的意义\n让场馆用得更好。\n三、主要内容\n每周开放不少于35小时。',
    ),
  ),
  element(
    'INT-ELEM-PURPOSE',
    '出台目的',
    (bundle) => replace(bundle, 'text', '出台目的', '目的意义'),
    (bundle) => replace(bundle, 'text', '出台目的', '工作目标'),
    material(
      '# 解读\n## 背景依据\n近年来需求增长，依据《中华人民共和国体育法》起草。\n## 主要内容\n《办法》旨在提高场馆使用效率，每周开放不少于35小时。',
    ),
  ),
  {
    ...element('INT-ELEM-MEASURES', '重要举措', (bundle) => replace(bundle, 'text', '重要举措', '主要内容')),
    bad: [
      {
        change: material(
          '# 解读\n## 出台背景\n近年来需求增长较快。\n## 决策依据\n《中华人民共和国体育法》等规定。\n## 出台目的\n让群众有地方健身。',
        ),
        item: 'text',
      },
    ],
  },
  benefit(
    'BEN-CONDITIONS',
    '申请条件',
    support((text) => text.replace('申请条件', '支持对象')),
  ),
  benefit(
    'BEN-MATERIALS',
    '申报材料',
    support((text) => text.replace('申报材料', '申请材料清单')),
  ),
  benefit(
    'BEN-PROCESS',
    '办理流程',
    support((text) => text.replace('办理流程', '申报程序')),
  ),
  benefit(
    'BEN-UNIT',
    '承办部门',
    support((text) => text.replace('承办部门', '主管部门和受理部门')),
  ),
  {
    ...benefit(
      'BEN-CONTACT',
      '联系方式',
      support((text) =>
        text
          .replace('联系方式', '咨询电话')
          .replace(/区工业和信息化局数字经济科，电话：0531-55550318/, '0531-55550318'),
      ),
    ),
    bad: [
      { change: supportWithout('联系方式'), item: 'policy' },
      { change: support((text) => text.replace('，电话：0531-55550318', '')), item: 'policy' },
    ],
  },
  {
    ...benefit(
      'BEN-PERIOD',
      '起止时间',
      support((text) => text.replace(/受理时间为.*/, '全年受理。')),
      support((text) => text.replace('六、起止时间\n受理时间为', '六、申报期限\n自').replace('至2026', '起至2026')),
    ),
    bad: [
      { change: supportWithout('起止时间'), item: 'policy' },
      {
        change: support((text) => text.replace(/受理时间为.*/, '本措施自2026年5月15日起施行，有效期至2031年5月14日。')),
        item: 'policy',
      },
    ],
  },
  {
    code: 'INT-VERBATIM',
    bad: [{ change: material(`# 解读\n${COPY}${COPY}`), item: 'text' }],
    good: [() => {}],
  },
  {
    code: 'INT-ALT-TEXT',
    bad: [
      {
        change: (bundle) => {
          bundle.manifest.items.push({
            ...item('picture', 'interpretation-material', 'picture.png'),
            mediaType: 'image/png',
          });
          bundle.documents.picture = { ...draft('', 'image'), images: [{}] };
        },
        item: 'picture',
      },
    ],
    good: [
      (bundle) => {
        bundle.manifest.items.push({
          ...item('picture', 'interpretation-material', 'picture.png'),
          alternativeText: '一图读懂',
        });
        bundle.documents.picture = { ...draft('', 'image'), images: [{}] };
      },
      (bundle) => {
        bundle.manifest.items.push(item('picture', 'interpretation-material', 'picture.svg'));
        bundle.documents.picture = draft('谁可以申请', 'svg');
      },
    ],
  },
  {
    code: 'TEXT-CONFUSABLE',
    bad: [{ change: (bundle) => replace(bundle, 'policy', '关于印发', '关于⼈⺠印发'), item: 'policy' }],
    good: [() => {}],
  },
];
