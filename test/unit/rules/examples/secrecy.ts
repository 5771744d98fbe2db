import type { Aside } from '../../../../activities/documents/model.ts';
import { type BundleDraft, draft, insert, item, replace, withManifest } from '../../../support/models.ts';
import type { Change, Example } from './example.ts';

const aside =
  (kind: Aside['kind'], text: string, id = 'policy'): Change =>
  ({ documents }: BundleDraft) =>
    void documents[id]?.asides.push({ kind, text });
const table =
  (...rows: string[]): Change =>
  (bundle) => {
    bundle.documents.policy?.lines.splice(-2, 0, '附件', '^名单', ...rows);
    insert(bundle, '名单见附件。');
  };

export const secrecyExamples: Example[] = [
  {
    code: 'SEC-MARK',
    bad: [
      { change: aside('header', '机密★1年'), item: 'policy', quote: '机密★1年' },
      { change: aside('comment', '此处数据来自机密★1年材料，请核对。'), quote: '机密★1年' },
      { change: aside('header', '机　密'), quote: '机　密' },
      { change: aside('text-box', '秘密 ☆ 长期') },
      { change: aside('core-property', '絕密') },
      { change: '绝\u200b密★３０年', quote: '绝' },
      { change: '密级：秘密' },
      { change: '【机密】' },
      { change: aside('footer', 'TOP SECRET') },
      { change: withManifest({ title: '机密★1年关于印发某办法的通知' }), item: 'manifest' },
      {
        change: ({ manifest }) => {
          const [policy] = manifest.items;
          if (policy) policy.file = '（机密）办法.docx';
        },
        item: 'policy',
      },
    ],
    good: [
      '涉及国家秘密、商业秘密、个人隐私的信息，依法不予公开。',
      '工作人员应当保守工作秘密，加强机密级以上涉密载体管理。',
      '确定为绝密级、机密级、秘密级的，保密期限分别不超过三十年、二十年、十年。',
      '做好涉密人员教育和保密工作，严守党和国家秘密。',
      '五星级酒店★★★★★评定和A级景区管理。',
      '档案保管期限分为永久、长期、30年。',
      aside('header', '青禾区人民政府办公室文件'),
      aside('core-property', '办公室'),
      '新闻秘书机构设置和密级调整按照规定执行。',
      '商业秘密3年内不得披露。',
    ],
  },
  {
    code: 'SEC-MARK-MENTION',
    bad: [{ change: '国家秘密载体应当在首页标注“机密★10年”字样。', quote: '机密★10年' }],
    good: ['国家秘密载体应当标注国家秘密标志。'],
  },
  {
    code: 'SEC-INTERNAL',
    bad: [
      { change: aside('header', '内部资料　注意保存'), quote: '内部资料　注意保存' },
      { change: '（内部文件）' },
      { change: '此件仅供内部使用，请勿转发。' },
      { change: '不得外传' },
      { change: aside('custom-property', '内部参考') },
    ],
    good: [
      '鼓励机关单位开放内部停车设施，加强内部监督和内部审计。',
      '工作人员不得将个人信息外传、泄露或者出售。',
      '建立内部控制制度，内部资料按照档案规定管理。',
    ],
  },
  {
    code: 'SEC-DISCLOSURE-CONFLICT',
    bad: [
      { change: (bundle) => replace(bundle, 'policy', '（此件公开发布）', '（此件不公开）'), quote: '此件不公开' },
      { change: (bundle) => replace(bundle, 'policy', '（此件公开发布）', '（此件依申请公开）') },
      { change: (bundle) => replace(bundle, 'policy', '（此件公开发布）', '公开属性：不予公开') },
      { change: withManifest({ disclosure: 'on-request' }) },
    ],
    good: [
      '做好依申请公开工作，对不予公开的信息定期自查。',
      (bundle) => replace(bundle, 'policy', '（此件公开发布）', '公开方式：主动公开'),
      (bundle) => replace(bundle, 'policy', '（此件公开发布）', ''),
    ],
  },
  {
    code: 'SEC-HIDDEN-TEXT',
    bad: [{ change: aside('hidden-text', '暂不写入'), quote: '暂不写入' }],
    good: [aside('header', '页眉'), aside('hidden-text', '内部', 'legality')],
  },
  {
    code: 'SEC-WHITE-TEXT',
    bad: [{ change: aside('white-text', '看不见的话'), quote: '看不见的话' }],
    good: [aside('footnote', '脚注文字')],
  },
  {
    code: 'SEC-TRACKED-CHANGE',
    bad: [
      { change: aside('tracked-insertion', '建议增加'), quote: '建议增加' },
      { change: aside('tracked-deletion', '原来的话', 'plan'), item: 'plan' },
    ],
    good: [aside('field-code', 'PAGE')],
  },
  {
    code: 'SEC-COMMENT',
    bad: [{ change: aside('comment', '先不发公众号', 'plan'), item: 'plan', quote: '先不发公众号' }],
    good: [aside('endnote', '尾注文字')],
  },
  {
    code: 'SEC-PROPERTY',
    bad: [
      {
        change: ({ documents }) =>
          void documents.policy?.properties.push({ kind: 'custom', name: '拟稿处室', value: '综合科' }),
        quote: '综合科',
      },
      {
        change: ({ documents }) =>
          void documents.policy?.properties.push({ kind: 'core', name: 'description', value: '领导批示后再发' }),
      },
    ],
    good: [
      ({ documents }) => void documents.policy?.properties.push({ kind: 'core', name: 'creator', value: '王某' }),
      ({ documents }) =>
        void documents.policy?.properties.push({ kind: 'custom', name: 'KSOProductBuildVer', value: '2052-12.1.0' }),
      ({ documents }) => void documents.policy?.properties.push({ kind: 'app', name: 'Company', value: '青禾区' }),
    ],
  },
  {
    code: 'SEC-ID-CARD',
    bad: [
      { change: table('|序号|姓名|身份证号|', '|1|卫小满|370098199003074129|'), quote: '370098199003074129' },
      { change: '联系人身份证号：370098 19900307 4129。' },
      { change: '证号３７００９８１９９００３０７４１２９。' },
      { change: '证号为11010519491231002X，请核对。', quote: '11010519491231002X' },
    ],
    good: [
      '证号为370098199003074128。',
      '身份证号370098********4129。',
      '统一社会信用代码：11370322004222241N，项目编号202604150000000001。',
      '索引号11370322004222241N/2026-5135380。',
    ],
  },
  {
    code: 'SEC-PHONE',
    bad: [
      { change: '联系人：江某某，电话19900000123。', quote: '19900000123' },
      { change: '联系电话：199 0000 0123。' },
      { change: '手机+8619900000123。' },
    ],
    good: [
      '咨询电话：0531-55550431，服务热线12345、110、119。',
      '手机号码199****0123。',
      '合同编号2026199000001234。',
      '400电话：400-123-4567。',
    ],
  },
  {
    code: 'SEC-BANK-CARD',
    bad: [
      { change: table('|序号|申请人|卡号|', '|1|蒋立春|6200000000000042176|'), quote: '6200000000000042176' },
      { change: '汇入6200 0000 0000 0042 176账户。' },
    ],
    good: ['流水号6200000000000042175。', '卡号6200***********2176。', '招标编号3700000000000042。'],
  },
  {
    code: 'SEC-ADDRESS',
    bad: [
      { change: '申请人家庭住址：文昌街12号3号楼2单元501室。' },
      { change: table('|序号|姓名|家庭住址|', '|1|卫小满|文昌街12号3号楼501室|'), quote: '文昌街12号3号楼501室' },
    ],
    good: [
      '地址：清溪路88号政务服务中心C座312室。',
      '由居住地址所在街道办事处受理。',
      table('|序号|点位|', '|1|文昌社区综合服务楼3号楼一层|'),
    ],
  },
  {
    code: 'SEC-IMAGE-GPS',
    bad: [
      {
        change: ({ documents }) =>
          void documents.policy?.images.push({
            gps: { latitude: 30.5, longitude: 130.2 },
            metadata: { GPSLatitude: '30.5' },
          }),
        quote: 'GPSLatitude',
      },
      {
        change: ({ manifest, documents }) => {
          manifest.items.push({ ...item('photo', 'interpretation-material', 'photo.jpg'), title: '实景图' });
          documents.photo = { ...draft('', 'image'), images: [{ gps: { latitude: 1, longitude: 2 } }] };
        },
        item: 'photo',
      },
    ],
    good: [
      ({ documents }) =>
        void documents.policy?.images.push({ metadata: { Make: '某品牌', DateTime: '2026:04:01 10:00:00' } }),
    ],
  },
];
