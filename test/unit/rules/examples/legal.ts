import { type BundleDraft, insert, item, replace, withDocument, withManifest } from '../../../support/models.ts';
import type { Change, Example } from './example.ts';

const power = (code: string, bad: [line: string, quote: string][], good: string[]): Example => ({
  code,
  bad: bad.map(([change, quote]) => ({ change, quote, item: 'policy' })),
  good,
});
const validity =
  (text: string, change?: (bundle: BundleDraft) => void): Change =>
  (bundle) => {
    replace(bundle, 'policy', '第四条　本办法自2026年5月15日起施行，有效期至2031年5月14日。', text);
    bundle.manifest.effectiveUntil = null;
    change?.(bundle);
  };
const onTrial = (bundle: BundleDraft) => {
  bundle.manifest.title = '青禾区公共体育场馆开放服务办法（试行）';
};
const revises =
  (...lines: string[]): Change =>
  (bundle) => {
    replace(
      bundle,
      'policy',
      '《青禾区公共体育场馆开放服务办法》已经区政府同意',
      '修订后的《青禾区公共体育场馆开放服务办法》已经区政府同意',
    );
    insert(bundle, ...lines);
  };
const supersedes = (bundle: BundleDraft) => {
  bundle.manifest.supersedes = [
    {
      title: '青禾区公共体育场馆开放服务暂行办法',
      documentNumber: '青禾政办发〔2024〕3号',
      action: 'repealed',
      on: '2026-05-15',
    },
  ];
};

export const legalExamples: Example[] = [
  {
    code: 'LEG-REVIEW-MISSING',
    bad: [
      {
        change: ({ manifest }) => {
          manifest.reviews.legality = null;
        },
        item: 'manifest',
        quote: 'reviews.legality',
      },
      {
        change: ({ manifest }) => {
          if (manifest.reviews.legality) manifest.reviews.legality.conclusion = 'to-be-amended';
        },
      },
      {
        change: ({ manifest }) => {
          manifest.items = manifest.items.filter(({ id }) => id !== 'legality');
        },
      },
    ],
    good: [
      ({ manifest }) => {
        manifest.isNormative = false;
        manifest.policyKind = 'notice';
        manifest.reviews.legality = null;
      },
    ],
  },
  {
    code: 'LEG-FAIRCOMP-MISSING',
    bad: [
      {
        change: withManifest({ affectsOperators: true }),
        item: 'manifest',
        quote: 'reviews.fairCompetition',
      },
      { change: '对符合条件的小微企业给予一次性补贴5万元。', item: 'manifest' },
      { change: '个体工商户经营满6个月的，给予创业补助3000元。', item: 'manifest' },
    ],
    good: [
      '对重度失能老年人发放护理补贴，每人每月300元。',
      '引导企业向社会开放停车设施。',
      '任何单位不得违规给予企业补贴，各部门要加强监督。'.replace('给予企业补贴', '干预企业经营'),
    ],
  },
  {
    code: 'LEG-CONSULT-MISSING',
    bad: [
      {
        change: withManifest({ isMajorDecision: true }),
        item: 'manifest',
        quote: 'reviews.publicConsultation',
      },
    ],
    good: [
      ({ manifest }) => {
        manifest.isMajorDecision = true;
        manifest.items.push(item('consultation', 'supporting-document', 'consultation.docx'));
        manifest.reviews.publicConsultation = {
          from: '2026-02-01',
          to: '2026-03-03',
          received: 2,
          adopted: 1,
          partlyAdopted: 0,
          notAdopted: 1,
          item: 'consultation',
        };
      },
    ],
  },
  {
    code: 'LEG-REVIEW-CONCLUSION',
    bad: [
      {
        change: withDocument('legality', '经审核，该文件应当予以修改。'),
        item: 'legality',
        quote: '应当予以修改',
      },
      { change: withDocument('legality', '审核结论：不合法。'), item: 'legality' },
    ],
    good: [withDocument('legality', '未发现不合法的内容。\n二、审核结论\n合法，可以提请审议。')],
  },
  {
    code: 'LEG-VALIDITY-MISSING',
    bad: [
      {
        change: validity('第四条　本办法自2026年5月15日起施行。'),
        item: 'policy',
        quote: '本办法自2026年5月15日起施行。',
      },
      { change: validity('第四条　本办法由区教育和体育局负责解释。') },
    ],
    good: [
      validity('第四条　本办法自2026年5月15日起施行，有效期5年。'),
      validity('第四条　本办法自2026年5月15日起施行，有效期为五年。'),
      validity('第四条　本办法自2026年5月15日起施行，执行至2028年12月31日。'),
      validity('第四条　本办法自2026年5月15日起施行至2028年5月14日。'),
      ({ manifest }) => {
        manifest.isNormative = false;
        manifest.policyKind = 'work-plan';
      },
    ],
  },
  {
    code: 'LEG-VALIDITY-RANGE',
    bad: [
      {
        change: validity('第四条　本办法自2026年5月15日起施行，有效期至2036年5月14日。'),
        item: 'policy',
        quote: '有效期至2036年5月14日',
      },
      { change: validity('第四条　本办法自2026年5月15日起施行，有效期10年。') },
      { change: validity('第四条　本办法自2026年5月15日起施行，有效期至2029年5月14日。', onTrial) },
      { change: validity('第四条　本办法自2026年5月15日起施行，试行期三年。', onTrial) },
    ],
    good: [
      validity('第四条　本办法自2026年5月15日起施行，有效期至2031年5月14日。'),
      validity('第四条　本办法自2026年5月15日起施行，有效期五年。'),
      validity('第四条　本办法自2026年5月15日起施行，有效期至2028年5月14日。', onTrial),
      validity('第四条　本办法自2026年5月15日起施行，有效期2年。', onTrial),
    ],
  },
  {
    code: 'LEG-VALIDITY-MANIFEST',
    bad: [{ change: withManifest({ effectiveUntil: '2030-05-14' }), item: 'policy' }],
    good: [withManifest({ effectiveUntil: null })],
  },
  {
    code: 'LEG-SUPERSEDE-UNNAMED',
    bad: [
      { change: '原有规定同时废止。', item: 'policy', quote: '原有规定同时废止' },
      { change: '《青禾区公共体育场馆开放服务暂行办法》同时废止。' },
      { change: revises() },
      { change: supersedes },
    ],
    good: [
      '《青禾区公共体育场馆开放服务暂行办法》（青禾政办发〔2024〕3号）同时废止。',
      revises('《青禾区公共体育场馆开放服务暂行办法》（青禾政办发〔2024〕3号）自2026年5月15日起废止。'),
      '本办法有效期届满自动失效。',
      '逐件标注有效期、修订废止情况和解读材料链接。',
      '此前有关规定与本办法不一致的，以本办法为准。',
      '建立规范性文件清理机制，对不适应要求的及时修改或者废止。',
    ],
  },
  {
    code: 'LEG-REPEALED-LAW',
    bad: [
      { change: '根据《中华人民共和国合同法》等规定执行。', item: 'policy', quote: '《中华人民共和国合同法》' },
      { change: '按照《物权法》的规定处理。' },
      { change: '依据《个体工商户条例》登记。' },
      { change: '依照物权法的有关规定办理。', quote: '物权法' },
      {
        change: (bundle) => replace(bundle, 'text', '《中华人民共和国体育法》', '《中华人民共和国侵权责任法》'),
        item: 'text',
      },
    ],
    good: [
      '根据《中华人民共和国民法典》等规定执行。',
      '《中华人民共和国合同法》已经废止，改为适用《中华人民共和国民法典》。',
      '按照劳动合同法的规定签订合同，依照行政许可法第十七条办理。',
      '原《中华人民共和国物权法》施行期间订立的协议继续有效。',
      ({ manifest, ...bundle }) => {
        manifest.issuedOn = '2019-04-15';
        insert({ manifest, ...bundle }, '根据《中华人民共和国合同法》等规定执行。');
      },
      '根据《中华人民共和国劳动合同法》和《促进个体工商户发展条例》执行。',
    ],
  },
  {
    code: 'LEG-LAW-NOT-YET',
    bad: [
      {
        change: ({ manifest, ...bundle }) => {
          manifest.issuedOn = '2025-03-15';
          insert({ manifest, ...bundle }, '根据《中华人民共和国民营经济促进法》执行。');
        },
        quote: '民营经济促进法',
      },
    ],
    good: ['根据《中华人民共和国民营经济促进法》执行。'],
  },
  {
    code: 'LEG-CITATION-FORM',
    bad: [{ change: '根据中华人民共和国消防法的规定执行。', quote: '中华人民共和国消防法' }],
    good: [
      '根据《中华人民共和国消防法》的规定执行。',
      '根据中华人民共和国法律规定办理，按照中华人民共和国司法部要求落实。',
    ],
  },
  power(
    'LEG-POWER-LICENSE',
    [
      ['使用场馆举办培训活动的，应当向区教育和体育局申领《场馆使用许可证》，未取得许可证的不得开展活动。', '许可证'],
      ['从事陪练服务应当取得区体育协会核发的上岗证，方可进场。', '上岗证'],
      ['场馆内经营活动须报区教育和体育局审批后方可开展。', '审批后方可开展'],
      ['对进场企业实行资格准入管理。', '资格准入管理'],
    ],
    [
      '从事高危险性体育项目经营的，应当依法取得许可后方可经营。',
      '未取得食品经营许可证的，不得从事餐饮服务。',
      '取消进场许可，不得设置准入条件。',
      '依照《中华人民共和国体育法》的规定取得高危险性体育项目经营许可。',
      '转移后未经同意不得擅自返回。',
      '未经论证的项目不予安排资金。',
      '办理营业执照、施工许可证的，实行容缺受理。',
    ],
  ),
  power(
    'LEG-POWER-PENALTY',
    [
      ['违规停放车辆的，由区教育和体育局处200元以上2000元以下罚款。', '罚款'],
      ['拒不改正的，没收违法所得，责令停产停业。', '没收违法所得'],
      ['情节严重的，吊销其经营许可证。', '吊销'],
      ['乱扔垃圾的，罚款50元。', '罚款50元'],
    ],
    [
      '违反规定的，由有关行政管理部门依照相关法律法规的规定处理。',
      '由公安机关依照《中华人民共和国治安管理处罚法》处以罚款。',
      '不得以罚款代替管理，严禁下达罚款指标。',
      '工作人员滥用职权的，依法给予处分；构成犯罪的，依法追究刑事责任。',
      '规范行政处罚裁量权，落实首违不罚制度。',
    ],
  ),
  power(
    'LEG-POWER-COERCION',
    [
      ['逾期不改正的，由街道办事处予以强制拆除。', '强制拆除'],
      ['对占用通道的电动自行车，管理单位可以扣押。', '扣押'],
      ['对拒不整改的商户采取断水断电措施。', '断水断电'],
    ],
    [
      '逾期不拆除的，依法申请人民法院强制执行。',
      '依照《中华人民共和国行政强制法》规定的程序查封。',
      '严禁违规查封、扣押企业财产。',
      '无人认领的车辆移至集中存放点，公布期不少于60日。',
      '不得采取断水断电等方式催促签约。',
    ],
  ),
  power(
    'LEG-POWER-FEE',
    [
      ['预约室内场地的，应当缴纳场地使用保证金500元。', '缴纳场地使用保证金500元'],
      ['运营单位可以向商户收取管理费。', '收取管理费'],
      ['参加培训的人员需交纳报名费、工本费。', '报名费'],
    ],
    [
      '低收费项目的价格按照政府定价目录执行，并在场馆入口公示。',
      '不得收取押金、保证金等任何费用。',
      '前12个月免收工位使用费。',
      '用人单位应当依法缴纳社会保险费。',
      '评估费用由区财政承担。',
      '清理规范涉企收费，严禁违规收取保证金。',
      '按照物价部门批准的标准收取停车费，严格执行国家有关规定。',
      '临时停止开放的，应当及时退还费用。',
    ],
  ),
  power(
    'LEG-COMPETITION-RESTRICT',
    [
      ['采购设备应当选择在本区注册的供应商。', '应当选择在本区注册的供应商'],
      ['同等条件下优先采购本地企业产品。', '优先采购本地企业产品'],
      ['中标企业必须在本区设立独立法人机构。', '在本区设立独立法人机构'],
      ['外地企业须经备案方可进入本区市场。', '外地企业'],
      ['参加活动的企业仅限本区注册企业。', '仅限本区注册企业'],
    ],
    [
      '不限定参与主体的所有制形式和注册地，平等对待各类经营者。',
      '申请企业应当在本区依法设立并正常经营。',
      '服务机构由老年人自主选择，任何单位不得指定或者变相指定服务机构。',
      '不得要求经营者在本地设立分支机构，不得限定采购本地企业产品。',
      '对外地经营者实行同等待遇，不得歧视外地企业。',
      '鼓励企业使用自主研发的产品。',
    ],
  ),
  power(
    'LEG-DEROGATION',
    [
      ['承租人应当放弃申请其他住房保障的权利，并每月参加不少于8小时的义务劳动。', '放弃申请其他住房保障的权利'],
      ['欠缴租金的，其子女不得在本区入学。', '子女'],
      ['签约居民不得上访、不得提起诉讼。', '不得上访'],
      ['商户必须购买商业保险。', '必须购买商业保险'],
    ],
    [
      '承租人应当合理使用房屋，不得转租、转借。',
      '任何单位和个人不得擅自在公共停放区域设置地锁、立桩等障碍物。',
      '场馆管理单位应当购买公众责任保险，配备急救药品。',
      '参加志愿服务、文明劝导的，给予表扬。',
      '不得要求申请人放弃合法权利。',
      '同一项目不重复享受，申请人可以自愿放弃。',
    ],
  ),
  {
    code: 'LEG-DISCLOSURE-NOT-PUBLIC',
    bad: [{ change: withManifest({ disclosure: 'none' }), item: 'manifest', quote: 'disclosure' }],
    good: [() => {}],
  },
];
