import { beforeAll, describe, expect, test } from 'vitest';
import { RULES } from '../../../activities/checks/index.ts';
import { loadRuleData } from '../../../infra/rule-data/load.ts';
import type { RuleData } from '../../../schemas/rules.ts';
import { bundleFrom, cleanBundle, insert } from '../../support/models.ts';

let data: RuleData;
beforeAll(async () => {
  data = await loadRuleData();
});
const codesAfter = (line: string) => {
  const bundle = cleanBundle();
  insert(bundle, line);
  return RULES.flatMap((rule) => rule.check(bundleFrom(bundle), data)).map(({ code }) => code);
};

// One fault has many wordings: a rule that knows only the one of its example would be passed by the next drafter.
describe('the same fault in other words is found', () => {
  test.each([
    ['LEG-POWER-LICENSE', '在公园内摆摊设点的，须到街道办事处办理摊位准营证，持证经营。'],
    ['LEG-POWER-LICENSE', '未经区住房和城乡建设局核准，任何单位不得开展房屋租赁经纪活动。'],
    ['LEG-POWER-LICENSE', '从事家政服务的人员应当取得区民政局颁发的从业资格证后方可上岗。'],
    ['LEG-POWER-LICENSE', '申请办理营业执照的，还应当提交社区居民委员会出具的同意证明，否则不予办理。'],
    ['LEG-POWER-LICENSE', '未办理备案的，不得开业经营。'],
    ['LEG-POWER-LICENSE', '未按规定完成备案手续的，一律不得营业。'],
    ['LEG-POWER-PENALTY', '对违反本办法规定的个人，处50元罚款；对单位处1000元以下罚款。'],
    ['LEG-POWER-PENALTY', '由街道办事处没收其经营工具，并处500元以上1000元以下的罚款。'],
    ['LEG-POWER-PENALTY', '情节严重的，暂扣营业执照三个月。'],
    ['LEG-POWER-COERCION', '对逾期未自行拆除的违法建设，由街道办事处组织强制拆除，费用由当事人承担。'],
    ['LEG-POWER-COERCION', '管理单位有权扣押违规停放的车辆。'],
    ['LEG-POWER-COERCION', '对违规设施可以先行扣押并强制拆除。'],
    ['LEG-POWER-COERCION', '对擅自占道经营的摊位由街道办事处强制清理。'],
    ['LEG-POWER-PENALTY', '对违反本规定的单位处500元以上2000元以下罚款。'],
    ['LEG-POWER-FEE', '业主办理装修登记时，应当向物业服务企业交纳装修押金2000元。'],
    ['LEG-POWER-FEE', '对超时停放的车辆，每小时收取10元停车占用费。'],
    ['LEG-POWER-FEE', '参加活动的企业须缴纳参展费5000元。'],
    ['LEG-POWER-FEE', '各商户每月缴纳卫生管理费200元。'],
    ['LEG-DEROGATION', '设置人须无偿为街道办事处提供不少于三分之一的广告时间。'],
    ['LEG-DEROGATION', '申请人不得同时申请其他任何补贴，并应当放弃行政复议和诉讼权利。'],
    ['LEG-DEROGATION', '居民应当每季度参加社区组织的义务巡逻不少于4次，拒不参加的不得享受社区服务。'],
    ['LEG-DEROGATION', '未缴清物业费的业主，其子女不予安排入学。'],
    ['LEG-DEROGATION', '个体工商户应当每月向街道办事处报送经营账目，无故不报的取消其经营资格。'],
    ['LEG-COMPETITION-RESTRICT', '承接主体应当为注册地在本区的企业。'],
    ['LEG-COMPETITION-RESTRICT', '外地企业参与本区工程投标的，须先在本区设立子公司。'],
    ['LEG-COMPETITION-RESTRICT', '政府采购项目同等条件下优先选用本区企业生产的产品。'],
    ['LEG-COMPETITION-RESTRICT', '各单位应当使用“云上云溪”公司提供的平台服务，不得使用其他平台。'],
    ['LEG-COMPETITION-RESTRICT', '仅限本市户籍的经营者申请。'],
    ['POL-FORMULA', '深入学习贯彻习近平新时代中国特色社会主意思想。'],
    [
      'POL-FORMULA',
      '全面贯彻习近平新时代中国特色社会主义思想和党的二十大精神，坚定“四个自信”，即道路自信、理论自信、文化自信、制度自信。',
    ],
    ['POL-FORMULA', '深入学习贯彻习近平新时代中国特色社会主义理论思想。'],
    ['POL-FORMULA', '坚决维护党中央权威和集中领导。'],
    ['POL-FORMULA', '增强“四个意识”（政治意识、大局意识、责任意识、看齐意识）。'],
    ['POL-TERR-PARALLEL', '面向美国、英国、台湾等国招聘。'],
    ['POL-TERR-PARALLEL', '来自美国、日本、台湾的企业同样适用。'],
    ['POL-TERR-PARALLEL', '面向新加坡、美国、台湾招收学员。'],
    ['SEC-INTERNAL', '有关测算数据尚未定稿，请勿外传。'],
    ['LEG-DEROGATION', '拒不改正的，三年内不得参加政府采购。'],
    ['POL-FORMULA', '坚决做到“二个维护”。'],
    ['WRD-NUMBER-FORM', '活动场地面积不少于500平方米以上。'],
    ['POL-TERR-PARALLEL', '推进中港两地青年创业合作。'],
    ['POL-TERR-PARALLEL', '来自中国、台湾和日本的企业。'],
    ['POL-TERR-PARALLEL', '香港、澳门、韩国、新加坡等12个国家的代表参加。'],
    ['POL-TAIWAN-TERM', '台湾居民出入境手续，凭台湾护照办理。'],
    ['POL-TAIWAN-TERM', '台商回国投资的，给予奖励。'],
    ['POL-TAIWAN-TERM', '欢迎台湾学生来华就读。'],
    ['POL-TAIWAN-TERM', '台湾行政院有关部门。'],
    ['POL-ORG-ORDER', '区人民政府、区委、区人大常委会、区政协领导班子成员。'],
    ['POL-ORG-ORDER', '报区政协、区人大常委会备案。'],
    ['POL-DISCRIM-TERM', '弱智儿童康复救助。'],
    ['WRD-TYPO', '各单位要认真贯撤落实。'],
    ['WRD-TYPO', '严格按步就班推进，再接再励。'],
    ['WRD-TYPO', '既将到期的补贴。'],
    ['WRD-TYPO', '做好防范措失。'],
    ['WRD-TYPO', '凭身分证办理。'],
    ['WRD-PUNCT-WIDTH', '区民政局(养老服务科)负责解释。'],
    ['WRD-PUNCT-WIDTH', '申请表;身份证件。'],
    ['WRD-PAIR-UNBALANCED', '依据《老年人权益保障法》》执行。'],
    ['WRD-PAIR-UNBALANCED', '（一）申请条件（含户籍要求。'],
    ['WRD-HEADING-JUMP', '采取三条措施：（一）宣传；（三）检查。'],
    ['SEC-INTERNAL', '内部资料，注意保存'],
    ['SEC-INTERNAL', '（内部使用，不得外传）'],
    ['SEC-INTERNAL', '【内部文件】'],
    ['SEC-PHONE', '通稿联系人：白某某，手机13800138000。'],
    ['SEC-MARK', '秘密★5年'],
    ['SEC-MARK', '机密'],
    ['SEC-MARK', '本件属于机密级文件，保密期限1年。'],
    ['LEG-SUPERSEDE-UNNAMED', '2023年印发的管理办法同时废止。'],
    ['LEG-SUPERSEDE-UNNAMED', '此前规定与本办法不一致的，以本办法为准，旧办法自本办法施行之日起废止。'],
    ['LEG-SUPERSEDE-UNNAMED', '《中华人民共和国民法典》施行后，原有规定同时废止。'],
    ['LEG-SUPERSEDE-UNNAMED', '《云溪区房屋租赁管理办法》同时废止。'],
    ['LEG-REPEALED-LAW', '按照《中华人民共和国婚姻法》第三十二条办理。'],
    ['WRD-DATE-INVALID', '2026年11月31日前报送。'],
    ['WRD-INST-NAME', '区住建局负责指导，区住房和城乡建设局每年检查。'],
  ])('%s: %s', (code, line) => {
    expect(codesAfter(line)).toContain(code);
  });
});

// Words that rules look for, used as they should be. False alarms teach people to look away.
describe('proper official prose has no finding', () => {
  test.each([
    '严格落实行政处罚裁量基准，对轻微违法行为首违不罚，不得以罚代管。',
    '行政机关实施行政强制，应当依照法定的权限、范围、条件和程序进行。',
    '全面清理涉企保证金，取消没有法律依据的收费项目，严禁乱收费、乱罚款、乱摊派。',
    '建立公平竞争审查制度，不得对外地企业设置歧视性条件，不得限定交易对象。',
    '鼓励企业在本区设立研发中心，支持企业参与国际合作，对符合条件的项目予以优先保障。',
    '除法律、行政法规另有规定外，不再办理施工许可的分阶段审批。',
    '参加基本医疗保险的居民应当按时缴纳医疗保险费，个人缴费标准由市医疗保障部门公布。',
    '政务服务大厅实行“一窗受理”，申请人可以通过网上申请、窗口申请等方式办理。',
    '依法应当取得许可方可开展的活动，从其规定。',
    '区政府每半年听取一次工作汇报，区人大常委会、区政协开展视察调研。',
    '深化两岸融合发展，为台湾同胞在大陆学习、就业、创业提供同等待遇。',
    '吸引美国、德国、新加坡等国家和香港、澳门地区的企业来区投资。',
    '来自美国、日本和台湾地区的企业，以及来自美国、日本、香港等国家和地区的企业。',
    '组团赴日本、新加坡、香港开展招商活动。',
    '物业服务企业应当无偿向业主大会筹备组提供业主名册等资料。',
    '坚定拥护“两个确立”，坚决做到“两个维护”，落实“两个责任”和“两个保护”要求。',
    '对违反规定收取押金的经营主体，由市场监督管理部门责令退还。',
    '集中整治行政机关违规查封扣押企业财产、违法向企业收取保证金等问题。',
    '推进数据中台和业务中台建设，打通部门数据壁垒。',
    '办好残疾人康复托养、辅助器具适配服务，关爱精神障碍患者。',
    '加强个人信息保护，未经同意不得收集、使用居民身份证号码、手机号码、银行账户等信息。',
    '落实定密责任，做好涉密会议、涉密载体管理，防止泄露国家秘密和工作秘密。',
    '加强机关内部管理，完善内部控制，健全内部监督机制。',
    '原有补贴对象按照新标准执行，不再另行申请。',
    '根据《中华人民共和国行政许可法》第十七条、《中华人民共和国行政处罚法》第十六条规定，规范性文件不得设定许可和处罚。',
    '各街道办事处应当于每月5日前报送进展情况，全年至少组织4次督导检查。',
    '到2028年底，全区60岁以上老年人助餐服务覆盖率达到90%以上，新建社区食堂12处。',
    '工作日9:00至17:00开放，节假日开放时间另行公告；咨询电话：0531-55550431。',
    '采取“线上+线下”“集中+分散”相结合的方式，推动A级旅游景区、3A级办公楼宇提质。',
    '习近平总书记强调，要坚持以人民为中心的发展思想，不断满足人民日益增长的美好生活需要。',
    '坚持党的全面领导，坚持以习近平新时代中国特色社会主义思想为指导，深刻领悟“两个确立”的决定性意义，增强“四个意识”、坚定“四个自信”、做到“两个维护”。',
    '对提供虚假材料骗取补贴的，依法追回资金，并依照有关规定处理。',
    '逾期未办理的，视为放弃录取资格；申请人可以自愿放弃配租。',
    '其中港澳居民凭港澳居民居住证申请，用人单位被吊销营业执照的除外。',
    '物业服务企业按照约定向承租人收取物业管理费。',
    '社区居民委员会应当协助做好登记工作，居民可以自愿参加志愿服务。',
    '依照《中华人民共和国民法典》的规定，业主应当按照约定交纳物业费。',
    '运营单位通过公开招标方式确定，不限定投标人的注册地、所有制形式和经营年限。',
    '实施方案（征求意见稿）公开征求意见30日，收到意见26条，采纳19条，部分采纳3条，未采纳4条。',
    '市级以上“专精特新”中小企业、国家高新技术企业（含有效期内复审通过企业）均可申报。',
    '《民法典》施行后，《合同法》同时废止。',
    '2021年1月1日《中华人民共和国民法典》施行，《中华人民共和国合同法》《中华人民共和国担保法》同时废止。',
    '未办理备案的，不得申领补贴。',
    '租赁合同未办理备案的，由街道办事处提醒办理。',
    '依法应当备案而未办理备案的，不得开业经营。',
    '发展和完善中国特色社会主义法律制度，坚持中国特色社会主义政治制度。',
    '深入学习习近平新时代中国特色社会主义思想和习近平法治思想，掌握马克思主义理论。',
    '三是强化资金保障，区财政局会同区审计局加强监督。',
    '第十届区人民代表大会第三次会议审议通过的《政府工作报告》提出，办好10件民生实事。',
  ])('%s', (line) => {
    expect(codesAfter(line)).toEqual([]);
  });
});

// What an interpretation says of a limit, beside the only one that the document sets on such a measure.
describe('CON-NUMBER: another limit on the same measure', () => {
  const numbers = (line: string, said: string) => {
    const bundle = cleanBundle();
    insert(bundle, ...line.split('\n'));
    bundle.documents.text?.lines.push(said);
    return RULES.flatMap((rule) => rule.check(bundleFrom(bundle), data)).filter(({ code }) => code === 'CON-NUMBER');
  };

  test.each([
    ['（一）户外广告。高度不超过12米。', '设施高度不得超过15米。'],
    ['设施高度不超过12米。', '高度不得超过15米。'],
    ['户外广告设施的高度不超过12米。', '设施高度不得超过15米。'],
    ['建筑面积应当不少于200平方米。', '面积不低于300平方米就可以申请。'],
  ])('%s / %s', (line, said) => {
    expect(numbers(line, said)).not.toEqual([]);
  });

  test.each([
    ['设施高度不超过12米。', '设施高度不得超过12米。'],
    ['围挡高度不超过2米。', '广告高度不得超过15米。'], // two things
    ['高度不超过12米。\n沿街一侧高度不超过6米。', '设施高度不得超过15米。'], // which of the two, nobody can say
    ['高度不超过12米。', '设施高度不低于3米。'], // the other end
    ['高度不超过12米。', '设施宽度不得超过15米。'],
    ['办理时间不超过5个工作日。', '审核时间不超过3个工作日。'],
    ['高度不超过12米。', '原办法规定设施高度不得超过15米。'],
  ])('no finding: %s / %s', (line, said) => {
    expect(numbers(line, said)).toEqual([]);
  });
});
