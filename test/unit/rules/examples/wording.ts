import { insert, item, replace, withManifest } from '../../../support/models.ts';
import type { Change, Example } from './example.ts';

const number =
  (text: string, listed = '青禾政办发〔2026〕7号'): Change =>
  (bundle) => {
    replace(bundle, 'policy', listed, text);
  };
const dated =
  (text: string): Change =>
  (bundle) =>
    replace(bundle, 'policy', '>2026年4月15日', `>${text}`);
const says =
  (from: string, to: string): Change =>
  (bundle) =>
    replace(bundle, 'text', from, to);
const titled =
  (text: string): Change =>
  (bundle) =>
    replace(bundle, 'policy', '关于印发《青禾区公共体育场馆开放服务办法》的通知', text);
/** Annexes after the text proper. */
const annexed =
  (names: string, ...annexes: string[]): Change =>
  (bundle) => {
    const lines = bundle.documents.policy?.lines ?? [];
    lines.splice(lines.length - 2, 0, ...names.split('\n'), ...annexes);
  };
const inMaterial =
  (...lines: string[]): Change =>
  (bundle) =>
    void bundle.documents.text?.lines.push(...lines);
const policyAndMaterial =
  (inPolicy: string, said: string): Change =>
  (bundle) => {
    insert(bundle, inPolicy);
    bundle.documents.text?.lines.push(said);
  };
/** Several changes, one after another. */
const all =
  (...changes: Change[]): Change =>
  (bundle) => {
    for (const change of changes) {
      if (typeof change === 'string') insert(bundle, change);
      else change(bundle);
    }
  };
const article =
  (...lines: string[]): Change =>
  (bundle) =>
    insert(bundle, ...lines);

export const wordingExamples: Example[] = [
  {
    code: 'WRD-DOCNUM-BRACKET',
    bad: [
      { change: number('青禾政办发[2026]7号'), item: 'policy', quote: '青禾政办发[2026]7号' },
      { change: number('青禾政办发（2026）7号') },
      { change: number('青禾政办发【2026】7号') },
      { change: number('青禾政办发2026年7号') },
    ],
    good: [() => {}, number('青禾区人民政府令第7号'), number('2026年第3号公告')],
  },
  {
    code: 'WRD-DOCNUM-SERIAL',
    bad: [
      { change: number('青禾政办发〔2026〕07号'), quote: '青禾政办发〔2026〕07号' },
      { change: number('青禾政办发〔2026〕第7号') },
      { change: number('青禾政办发〔26〕7号') },
      { change: number('青禾政办发〔2026〕7') },
    ],
    good: [() => {}, number('青禾政办发〔2026〕107号'), number('青禾区人民政府令第7号')],
  },
  {
    code: 'WRD-DATE-MISSING',
    bad: [
      {
        change: all(dated(''), ({ documents }) => {
          if (documents.policy)
            documents.policy.lines = documents.policy.lines.filter((line) => line !== '>' && !line.endsWith('印发'));
        }),
        item: 'policy',
      },
    ],
    good: [() => {}, dated('2026年04月15日')],
  },
  {
    code: 'WRD-DATE-FORMAT',
    bad: [
      { change: dated('2026年04月15日'), quote: '2026年04月15日' },
      { change: dated('二〇二六年四月十五日') },
      { change: dated('26年4月15日') },
      { change: dated('2026.4.15') },
      { change: dated('2026-04-15') },
    ],
    good: [() => {}, dated('2026年4月15日')],
  },
  { code: 'WRD-DATE-MANIFEST', bad: [{ change: dated('2026年4月16日'), quote: '2026年4月16日' }], good: [() => {}] },
  {
    code: 'WRD-DATE-INVALID',
    bad: [
      { change: '自2026年2月30日起执行。', quote: '2026年2月30日' },
      { change: '于6月31日前完成。' },
      { change: '2027年2月29日前完成。' },
    ],
    good: ['2028年2月29日前完成，历时3个月，每月15日报送。', '一二月份和三季度'],
  },
  {
    code: 'WRD-ANNEX-MISSING',
    bad: [
      { change: '场馆名单见附件。', item: 'policy', quote: '场馆名单见附件' },
      {
        change: annexed('附件：1.场馆名单\n　　　2.收费标准', '附件1', '^场馆名单', '|序号|场馆|', '|1|体育馆|'),
        quote: '收费标准',
      },
      {
        change: all('场馆名单见附件2。', annexed('附件：场馆名单', '附件', '^场馆名单')),
      },
    ],
    good: [
      all('场馆名单见附件。', annexed('附件：场馆名单', '附件', '^场馆名单')),
      annexed('附件：1.场馆名单\n　　　2.收费标准', '附件1', '^场馆名单', '附件2', '^收费标准'),
      annexed('附件：1.2026—2028年计划表\n　　　2.收费标准', '附件1', '^2026—2028年计划表', '附件2', '^收费标准'),
      '合同附件应当载明双方权利义务。',
      '按照《国务院关于某事项的决定》附件要求执行。'.replace('附件要求', '要求'),
      ({ manifest, documents }) => {
        manifest.items.push(item('annex', 'attachment', 'annex.docx'));
        documents.annex = { ...(documents.legality ?? ({} as never)), lines: ['场馆名单'] };
        insert({ manifest, documents }, '场馆名单见附件。');
      },
    ],
  },
  {
    code: 'WRD-ANNEX-NAME',
    bad: [{ change: annexed('附件：场馆名单', '附件', '^收费标准一览表') }],
    good: [
      annexed('附件：场馆名单', '附件', '^场馆名单'),
      annexed('附件：青禾区公共体育场馆名单（2026年版）', '附件', '^青禾区公共体育场馆名单', '^（2026年版）'),
    ],
  },
  {
    code: 'WRD-ANNEX-PUNCT',
    bad: [{ change: annexed('附件：场馆名单。', '附件', '^场馆名单') }],
    good: [annexed('附件：场馆名单', '附件', '^场馆名单')],
  },
  {
    code: 'WRD-HEADING-JUMP',
    bad: [
      { change: article('一、加强领导', '二、落实责任', '四、强化监督'), item: 'policy', quote: '四、强化监督' },
      { change: article('（一）开放时间。', '（二）优惠对象。', '（二）收费标准。') },
      { change: article('1.场馆；', '2.步道；', '4.广场。') },
      { change: '采取以下做法：一是延长时间；三是优化预约。' },
      { change: (bundle) => replace(bundle, 'policy', '第三条', '第五条') },
    ],
    good: [
      article('一、加强领导', '（一）明确分工。', '（二）落实责任。', '二、强化监督', '（一）定期检查。'),
      // Counted through the whole document, as many plans of measures are.
      article(
        '一、加强供给',
        '（一）新建场馆。',
        '（二）开放学校。',
        '二、优化服务',
        '（三）延长时间。',
        '（四）改进预约。',
      ),
      article('1.场馆；', '2.步道。', '有下列情形之一的：', '1.停电；', '2.检修。'),
      '采取以下做法：一是延长时间；二是优化预约；三是加强宣传。',
      '第一是安全，统一是原则，二是效率。',
      article('2026年计划新建场馆。', '3.5公里健身步道。'),
    ],
  },
  {
    code: 'WRD-DUP-PARAGRAPH',
    bad: [
      {
        change: article(
          '场馆管理单位应当建立开放服务台账，记录开放时间和服务人次。',
          '其他内容。',
          '场馆管理单位应当建立开放服务台账，记录开放时间和服务人次。',
        ),
        item: 'policy',
      },
    ],
    good: [
      article('区教育和体育局。', '其他。', '区教育和体育局。'),
      article(
        '|任务|单位|',
        '|完成场馆开放时间公示并接受监督检查工作|甲|',
        '|完成场馆开放时间公示并接受监督检查工作|乙|',
      ),
    ],
  },
  {
    code: 'WRD-DUP-WORD',
    bad: [
      { change: '认真组织组织实施。', quote: '组织组织' },
      { change: '群众关心的的问题。', quote: '的的' },
    ],
    good: [
      '逐项逐项核对，一件一件落实，一步一步推进。',
      '目的的实现和和谐社区建设。',
      '方方面面都要研究研究，家家户户人人参与。',
      '2026年2026户居民，妈妈、奶奶和爷爷。',
    ],
  },
  {
    code: 'WRD-TYPO',
    bad: [
      { change: '现将有关工作布署如下。', quote: '布署' },
      { change: '既使一时难以整改。', quote: '既使' },
      { change: '按装警示牌。', quote: '按装' },
      { change: '拨付至申请人帐户。', quote: '帐户' },
    ],
    good: [
      '补充份额不足的部分，内部份数另计，上报消息、通报销号。',
      '审核消防设计，重复盖章，紧急待命，过渡假期。',
      '预防犯罪，防犯人脱逃，严峻工作形势，通讯速度。',
      '部署安装账户，即使拨款下拨，竞争上岗究竟争取多少。',
      '给予备案，授予称号，江淮备汛，立即然后。',
    ],
  },
  {
    code: 'WRD-OMISSION',
    bad: [{ change: '民生实项目进展。', quote: '民生实项目' }],
    good: ['民生实事项目进展。'],
  },
  {
    code: 'WRD-PUNCT-WIDTH',
    bad: [
      { change: '做好调度,确保末端用户水压(含二次供水).', item: 'policy', quote: '调度,确保末端用户水压(含二次供水).' },
      { change: '联系电话:0531-55550431。' },
      { change: '落实"明厨亮灶"要求。' },
      { change: '好吗?可以!' },
    ],
    good: [
      '受理时间为工作日9:00至11:30，比例为1:2，金额1,000元。',
      '开展人工智能（AI）、研究与开发（R&D）和One-Stop Service（一站式服务）。',
      '网址为https://www.example.gov.cn/a?b=1，邮箱talent@qinghe.example。',
      'Foreign nationals, who lawfully work (in the district), may apply.',
      '1.场馆；2.步道；OAuth 2.0、HTTP/1.1规范。',
      '保持“品质青禾”APP更新……做到四个“不”。',
    ],
  },
  {
    code: 'WRD-CHAR-WIDTH',
    bad: [{ change: '拨打１２３４５热线。', quote: '１２３４５' }],
    good: ['拨打12345热线，下载APP。'],
  },
  {
    code: 'WRD-PUNCT-DOUBLE',
    bad: [{ change: '认真组织，，抓好落实。。', quote: '，，' }],
    good: ['认真组织……抓好落实。', '他说：“可以。”，随后离开。'.replace('”，', '”')],
  },
  {
    code: 'WRD-PAIR-UNBALANCED',
    bad: [
      { change: '根据《中华人民共和国消防法等规定。', item: 'policy', quote: '《中华人民共和国消防法等规定' },
      { change: '落实“明厨亮灶要求。', quote: '“明厨亮灶要求' },
      { change: '落实明厨亮灶”要求。' },
      { change: '（含二次供水的用户。' },
      { change: '《关于印发《场馆办法》的通知》。' },
    ],
    good: [
      '《关于印发〈场馆办法〉的通知》和“‘一件事’服务”。',
      '1）场馆；2）步道；a）其他。'.replace('；2）', '；'),
      '（一）明确“六稳”“六保”《办法》《细则》分工。',
      article('“第一段引文没有收尾。', '“第二段引文在这里收尾。”'),
      "It's the citizens’ right.",
      (bundle) =>
        replace(
          bundle,
          'policy',
          '^关于印发《青禾区公共体育场馆开放服务办法》的通知',
          '^关于印发《青禾区公共体育场馆开放服务办法》的通知',
        ),
    ],
  },
  {
    code: 'WRD-INST-NAME',
    bad: [
      { change: '区住建局负责监管，区住房和城乡建设局每月检查。', quote: '区住建局' },
      {
        change: (bundle) => {
          bundle.manifest.issuingBody = '云溪区人民政府办公室';
          insert(bundle, '区府办负责统筹。');
        },
        quote: '区府办',
      },
    ],
    good: [
      '区住建局负责监管。',
      '区市场监管局负责监管，区市场监督管理局每月抽检。',
      '区住房和城乡建设局（以下简称区住建局）负责监管，区住建局每月检查。',
      (bundle) => {
        bundle.manifest.issuingBody = '云溪区人民政府办公室';
        insert(bundle, '区政府办公室统筹，区政府办公会议研究，区财政局局长负责。');
      },
    ],
  },
  {
    code: 'WRD-COUNT-MISMATCH',
    bad: [
      { change: article('落实以下三项保障措施。', '（一）加强协同。', '（二）强化监督。'), quote: '以下三项' },
      { change: '采取三项措施：一是延长时间；二是优化预约。' },
      { change: '落实三项措施：加强巡查、规范标识、开展演练、联合治理。', quote: '三项措施' },
      { change: article('做好三项工作：', '1.巡查；', '2.演练。') },
      { change: article('应当符合下列2个条件：', '1.年满18周岁；', '2.身体健康；', '3.遵守规定。') },
      { change: inMaterial('《办法》共五章二十条，对开放服务作出规定。'), item: 'text' },
    ],
    good: [
      article('落实以下两项保障措施。', '（一）加强协同。', '（二）强化监督。'),
      '采取三项措施：一是延长时间；二是优化预约；三是加强宣传。',
      '落实三项措施：加强巡查、规范标识和开展演练。',
      '面向三类人群：老年人、残疾人、儿童等。',
      '服务四类对象：特困人员，低保对象，孤儿，其他困难群众。',
      article('应当符合下列条件：', '1.年满18周岁；', '2.身体健康。'),
      '工作要点包括六个方面21项任务。',
      '具备下列4项或者4项以上指标：1项试验阳性。',
      article('符合下列一项条件：', '1.年满18周岁；', '2.身体健康。'),
      '《条例》第四十五条规定：（一）停业；（二）整顿。',
      article(
        '现就三个方面工作通知如下：',
        '一、加强领导',
        '（一）分工。',
        '（二）责任。',
        '二、强化监督',
        '三、抓好落实',
      ),
    ],
  },
  {
    code: 'WRD-NUMBER-FORM',
    bad: [
      { change: '约300人左右参加。', quote: '约300人左右' },
      { change: '占百分之50。' },
      { change: '面积20平米。' },
      { change: '成本降低2倍。' },
    ],
    good: ['约300人参加，占50%，面积20平方米，成本降低一半，近300户居民。'],
  },
  {
    code: 'WRD-LATIN-WORD',
    bad: [{ change: '全面公开市场监管规则 and 标准。', quote: 'and' }],
    good: ['R&D项目、IPv6访问、APP和One-Stop Service for Talent窗口。'.replace('for Talent窗口', '窗口')],
  },
  {
    code: 'WRD-SPACE',
    bad: [{ change: '推进管理和 服务公开。', quote: '理和 服务' }],
    good: ['第一章　总　则', '完成 IPv6 升级改造。'],
  },
  {
    code: 'WRD-TITLE-PUNCT',
    bad: [{ change: titled('关于做好开放服务，方便群众健身的通知') }],
    good: [titled('关于印发《青禾区场馆办法（试行）》的通知'), titled('关于支持“专精特新”企业发展的通知')],
  },
  {
    code: 'WRD-DOC-TYPE',
    bad: [{ change: titled('关于开放公共体育场馆的请示报告') }, { change: titled('关于公共体育场馆开放的有关事项') }],
    good: [
      titled('关于做好开放服务的紧急通知'),
      titled('关于公共体育场馆开放的意见（试行）'),
      titled('关于同意开放公共体育场馆的批复'),
      titled('关于促进全民健身的若干措施'),
    ],
  },
  {
    code: 'WRD-TITLE-MANIFEST',
    bad: [{ change: withManifest({ title: '青禾区公共体育馆开放服务办法' }) }],
    good: [() => {}],
  },
  {
    code: 'WRD-DOCNUM-MANIFEST',
    bad: [{ change: number('青禾政办发〔2026〕8号') }],
    good: [number('青禾政办发〔2026〕07号'), withManifest({ documentNumber: null })],
  },
  {
    code: 'WRD-RECIPIENTS',
    bad: [{ change: (bundle) => replace(bundle, 'policy', '各有关单位：', '各有关单位') }],
    good: [() => {}],
  },
  {
    code: 'WRD-SIGNER',
    bad: [{ change: (bundle) => void bundle.documents.policy?.lines.splice(2, 0, '签发人：王某某') }],
    good: [() => {}],
  },
  {
    code: 'WRD-REPORT-ENDING',
    bad: [{ change: all(titled('关于公共体育场馆开放情况的报告'), '妥否，请批示。') }],
    good: [
      all(titled('关于开放公共体育场馆的请示'), '妥否，请批示。'),
      all(titled('关于公共体育场馆开放情况的报告'), '特此报告。'),
    ],
  },
  {
    code: 'WRD-CHANNEL-LIMIT',
    bad: [
      { change: withManifest({ variants: { wechat: { cover: 'plan' } } }), item: 'manifest' },
      { change: withManifest({ variants: { wechat: { cover: 'nothing' } } }) },
      { change: withManifest({ variants: { wechat: { shortTitle: '字'.repeat(33) } } }) },
    ],
    good: [withManifest({ variants: { wechat: { shortTitle: '公共体育场馆怎么开放' } } })],
  },
  {
    code: 'CON-AMOUNT',
    bad: [
      {
        change: policyAndMaterial(
          '首次登记经营的，给予一次性创业补贴3000元。',
          '首次登记经营的，给予一次性创业补贴5000元。',
        ),
        item: 'text',
        quote: '一次性创业补贴5000元',
      },
      { change: policyAndMaterial('每家企业最高补助2万元。', '每家企业最高补助3万元。') },
      {
        change: withManifest({ variants: { wechat: { digest: '最高补贴9万元' } } }),
        item: 'manifest',
      },
    ],
    good: [
      policyAndMaterial('每家企业每年最高补助2万元。', '每家企业每年最高补助20000元。'),
      policyAndMaterial('重度失能老年人每人每月300元。', '重度失能老年人补贴由每人每月200元提高到300元。'),
      policyAndMaterial('按照实际支付金额的50%补助，每家企业最高5000元。', '例如，实际支付8000元的，可以补助4000元。'),
    ],
  },
  {
    code: 'CON-DATE',
    bad: [
      { change: says('自2026年5月15日起施行', '自2026年6月15日起施行'), item: 'text', quote: '自2026年6月15日起施行' },
      { change: says('有效期至2031年5月14日', '有效期至2032年5月14日') },
      { change: policyAndMaterial('网上报名时间为2026年6月22日至6月28日。', '网上报名时间为6月22日至6月30日。') },
    ],
    good: [
      policyAndMaterial('网上报名时间为2026年6月22日至6月28日。', '网上报名时间为6月22日至6月28日。'),
      inMaterial('6月10日，区政府召开新闻发布会。', '原办法自2024年7月1日起施行。'),
    ],
  },
  {
    code: 'CON-NUMBER',
    bad: [
      {
        change: says('每周开放时间不少于35小时', '每周开放时间不少于40小时'),
        item: 'text',
        quote: '每周开放时间不少于40小时',
      },
      { change: policyAndMaterial('累计租住期限不超过6年。', '累计租住期限不超过8年。') },
      {
        change: policyAndMaterial(
          '区民政局自收到材料之日起5个工作日内作出决定，街道办事处3个工作日内完成初审。',
          '街道办事处5个工作日内完成初审。',
        ),
      },
      {
        change: policyAndMaterial(
          '区教育和体育局群众体育科，电话：0531-55550431。',
          '区教育和体育局群众体育科，电话：0531-55550434。',
        ),
      },
    ],
    good: [
      inMaterial('调研显示，全区有场馆48处，去年服务群众4200人次。'),
      policyAndMaterial('每两年公布一次。', '每2年公布一次。'),
      policyAndMaterial(
        '一般点位60分钟内、重点点位30分钟内完成清理。',
        '重点点位30分钟内完成清理，一般点位60分钟内完成清理。',
      ),
    ],
  },
  {
    code: 'CON-DOCNUM',
    bad: [
      {
        change: inMaterial('《青禾区公共体育场馆开放服务办法》（青禾政办发〔2026〕17号）。'),
        item: 'text',
        quote: '青禾政办发〔2026〕17号',
      },
      { change: says('《青禾区公共体育场馆开放服务办法》', '《青禾区公共体育场所开放服务办法》') },
    ],
    good: [
      inMaterial('《青禾区公共体育场馆开放服务办法》（青禾政办发〔2026〕7号）按照国办发〔2019〕40号文件要求制定。'),
      inMaterial('《公共文化体育设施条例》等规定。'),
    ],
  },
];
