import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry, RuleData } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf, placeIn, sentencesOf } from '../text/lines.ts';
import { COERCION_LAW, FAIR_COMPETITION, LICENSING_LAW, NORMATIVE_37, PENALTY_LAW } from './sources.ts';

type Power = CodeEntry & {
  /** What a document may not set by itself; any of them in one sentence. */
  sets: RegExp[];
  /** Words right before that turn the sense round: 不得收取, 严禁. */
  negated: RegExp;
  /** Whether a basis in law makes it a repetition of the law (依法, 依照《…法》). */
  basisExcuses: boolean;
};

const entry = (code: string, source: string, zh: string, en: string, good: string, bad: string): CodeEntry => ({
  code,
  gate: 'legal',
  severity: 'error',
  title: { zh, en },
  source,
  good,
  bad,
});

const NOT =
  /(不得|不准|不能|禁止|严禁|杜绝|防止|避免|不|无需|无须|未|没有|停止|取消|清理|规范|违规|违法|擅自|乱|免予?|减免|免除|免收|变相)[^，。；、]{0,8}$/u;
const LOCAL = '(?:本[区市县省地]|[区市县]内|本地|辖区内?|本[区市县]辖区内?|当地)';

const POWERS: Power[] = [
  {
    ...entry(
      'LEG-POWER-LICENSE',
      `${NORMATIVE_37}；${LICENSING_LAW}`,
      '规范性文件设定行政许可，或者增设许可条件',
      'Sets a licence',
      '依法取得食品经营许可证后从事经营活动',
      '应当申领《场馆使用许可证》，未取得许可证的不得开展活动',
    ),
    sets: [
      /(?:申领|申请|取得|办理|领取|核发|持有)[^，。；]{0,16}(?:许可证|准入证|准营证|经营证|上岗证|资格证|资质证书|许可|准许证)[^。；]{0,4}(?:》)?[，,]?[^。；]{0,20}(?:方可|后方|才能|才可|不得|后再)[^。；，]{0,14}/u,
      /未(?:经|取得)[^，。；]{0,14}(?:许可证?|准入证|资格证|核准|审批)(?:的)?[，,]?[^，。；]{0,10}(?:不得|禁止|一律不得)[^，。；]{0,14}/u,
      /(?:经|报|向)[^，。；]{2,24}(?:许可|核准|审批)(?:同意)?(?:后|通过后)?[，,]?(?:方可|才能|方能|才可)[^，。；]{0,14}/u,
      /实行[^，。；]{0,10}(?:许可|准入|资格审批)(?:管理|制度|制)/u,
    ],
    negated: /(不得|禁止|严禁|不再|取消|停止|清理|无需|无须|不需要|不要求)[^。；]{0,12}$/u,
    basisExcuses: true,
  },
  {
    ...entry(
      'LEG-POWER-PENALTY',
      `${NORMATIVE_37}；${PENALTY_LAW}`,
      '规范性文件设定行政处罚',
      'Sets a penalty',
      '由公安机关依照《中华人民共和国道路交通安全法》处罚',
      '由区教育和体育局处200元以上2000元以下罚款',
    ),
    sets: [
      /(?:处|并处|可处|处以|给予|课以|可以处)[^，。；]{0,20}(?:罚款|罚金)/u,
      /罚款\s*[\d一二三四五六七八九十百千万]+\s*(?:元|万元)/u,
      /(?:予以|给予|可以)?没收(?:其)?(?:违法所得|非法所得|非法财物|工具|物品|车辆)/u,
      /责令(?:其)?(?:停产停业|停业整顿|关闭|停止营业)|吊销(?:其)?[^，。；]{0,12}(?:证|执照)|暂扣(?:其)?[^，。；]{0,12}(?:证|执照)|处[^，。；]{0,8}行政拘留|降低(?:其)?资质等级/u,
    ],
    negated: NOT,
    basisExcuses: true,
  },
  {
    ...entry(
      'LEG-POWER-COERCION',
      `${NORMATIVE_37}；${COERCION_LAW}`,
      '规范性文件设定行政强制',
      'Sets a coercive measure',
      '依照《中华人民共和国行政强制法》规定的程序强制执行',
      '逾期不改正的，由街道办事处强制拆除',
    ),
    sets: [
      /(?:予以|可以|有权|进行|实施|应当|由[^，。；]{2,20})?(?:查封|扣押|强制拆除|强制清除|强制清理|强制搬离|强制搬迁|强制腾退|强制拖离|强制划拨|强制隔离|冻结(?:其)?(?:账户|存款|资金)|代履行)[^，。；]{0,12}/u,
      /(?:扣留|暂扣|扣走|收缴)(?:其)?(?:车辆|物品|工具|货物|设备|电动自行车|经营工具)/u,
      /(?:停止供水|停止供电|断水断电|停水停电|采取断水|采取断电)/u,
    ],
    negated: NOT,
    basisExcuses: true,
  },
  {
    ...entry(
      'LEG-POWER-FEE',
      NORMATIVE_37,
      '规范性文件设定收费、保证金、集资等项目',
      'Sets a fee or deposit',
      '收费按照政府定价目录执行，并在入口公示',
      '应当缴纳场地使用保证金500元',
    ),
    sets: [
      /(?:应当|须|需|必须|需要|应|要)[^，。；]{0,12}(?:缴纳|交纳|预交|预缴|缴存|交付|支付)[^，。；]{0,14}(?:保证金|押金|抵押金|集资款?|赞助费|管理费|服务费|手续费|工本费|报名费|占用费|使用费|清运费|处理费|建设费|费用)\s*[\d一二三四五六七八九十百千万]*\s*(?:万?元)?/u,
      /(?:收取|征收|加收|预收)[^，。；]{0,14}(?:保证金|押金|抵押金|风险金|赞助费|管理费|服务费|手续费|工本费|占用费|使用费|建设费|费用?)[^，。；]{0,10}/u,
      /(?:向|由)[^，。；]{2,12}(?:集资|摊派|募集)[^，。；]{0,10}/u,
    ],
    negated: NOT,
    basisExcuses: true,
  },
  {
    ...entry(
      'LEG-COMPETITION-RESTRICT',
      FAIR_COMPETITION,
      '限定经营者、要求本地设立机构或者歧视外地经营者',
      'Restricts competition',
      '不限定服务商的注册地和所有制形式',
      '应当选择在本区注册的供应商',
    ),
    sets: [
      new RegExp(
        `(?:应当|必须|须|只能|只可|一律|优先|原则上|要)[^，。；]{0,8}(?:选择|选用|采购|使用|购买|委托|聘请|交由)[^，。；]{0,6}${LOCAL}[^，。；]{0,12}(?:供应商|企业|产品|机构|服务商|经营者|品牌|商品|单位|公司|厂家|生产)`,
        'u',
      ),
      new RegExp(
        `(?:限于|仅限|只限|限定为?|仅面向|只面向)[^，。；]{0,6}${LOCAL}[^，。；]{0,8}(?:注册|登记|纳税|企业|供应商|经营者|服务商)[^，。；]{0,8}`,
        'u',
      ),
      new RegExp(
        `(?:应当|必须|须|要求)[^，。；]{0,10}(?:在|到)${LOCAL}[^，。；]{0,8}(?:设立|注册|成立|开设)[^，。；]{0,8}(?:分公司|子公司|分支机构|独立法人|法人机构|公司|企业|机构|办事处)`,
        'u',
      ),
      /(?:外地|外省|外埠|[区市县省]外|非本[区市县地])[^，。；]{0,8}(?:企业|经营者|供应商|服务商|产品|商品|车辆|机构)[^。；]{0,14}(?:不得(?!歧视)|禁止|另行缴纳|加收|额外|应当另|限制|须经|方可|不予)[^，。；]{0,12}/u,
      /(?:应当|必须|须|只能)[^，。；]{0,8}(?:选择|使用|购买|委托|采购)[^，。；]{0,8}(?:指定|特定|唯一)的?[^，。；]{0,10}(?:企业|经营者|供应商|产品|机构|服务商|品牌|平台|公司|厂家)/u,
    ],
    negated: /(不得|禁止|严禁|不|没有|未|取消|废止|清理|防止)[^，。；]{0,8}$/u,
    basisExcuses: false,
  },
  {
    ...entry(
      'LEG-DEROGATION',
      NORMATIVE_37,
      '没有依据减损合法权益或者增加义务',
      'Takes rights away or adds duties without a basis',
      '承租人应当合理使用房屋，不得转租、转借',
      '承租人应当放弃申请其他住房保障的权利，并每月参加义务劳动',
    ),
    sets: [
      /(?:应当|必须|须|应|自愿|视为|承诺)[^，。；]{0,8}放弃[^，。；]{0,16}(?:权利?|资格|待遇|申请|补偿|赔偿|诉讼|继承)[^。；]{0,30}/u,
      /(?:应当|必须|须|应)?[^，。；]{0,10}参加[^，。；]{0,10}(?:义务劳动|无偿劳动|义务工)/u,
      /不得[^，。；]{0,10}(?:提起诉讼|申请行政复议|申请复议|申诉|上访|信访|投诉举报|向上级反映|离职|结婚|生育)/u,
      /(?:应当|必须|须|一律)[^，。；]{0,10}(?:捐款|捐赠|购买商业保险|投保商业|办理会员|订阅|订购)[^，。；]{0,10}/u,
      /(?:其)?(?:子女|配偶|父母|亲属|家属)[^，。；]{0,8}(?:不得|禁止|暂停|取消|一律不)[^，。；]{0,14}(?:入学|就读|参军|报考|就业|享受|录用|申请)/u,
      /(?:限制|暂停|剥夺)[^，。；]{0,8}(?:人身自由|出行|入学|就业|户籍|选举|社会保障|低保)[^，。；]{0,8}/u,
      /(?:提供|提交|出具)[^，。；]{0,10}(?:无犯罪记录证明|计划生育证明|婚育证明)[^，。；]{0,6}(?:方可|否则|才能)/u,
    ],
    negated: /(不得|禁止|严禁|不|任何单位和个人不得)(?:强制|要求|强迫)?[^，。；]{0,6}$/u,
    basisExcuses: true,
  },
];

/** A basis in the sentence: a law by name, or 依法 in its usual forms. A permit's own name in title marks is none. */
const BASIS =
  /依法(?!取消|设定)|依照|依据《|(根据|按照)[^，。；]{0,10}(法律|法规|国家|国务院|上级|省|政府定价|有关规定|相关规定|规定|标准|《[^》]*(法|条例|规定|办法)》)|《[^》]*(法|条例|规定|决定)》|法律、?法规|有权机关|行政事业性收费|政府性基金|构成犯罪/u;

/** 设定: only laws and regulations may; a 规范性文件 may repeat them, citing them. Whole document, annexes too. */
export const powers: Rule = {
  codes: POWERS.map(({ sets: _, negated: __, basisExcuses: ___, ...code }) => code),
  check({ policy }, data) {
    if (!policy) return [];
    return linesOf(policy.model).flatMap((line) =>
      sentencesOf(line.text).flatMap((sentence) =>
        POWERS.flatMap((power) => {
          const match = setIn(power, sentence.text, data);
          if (!match) return [];
          return [
            report(
              power,
              policy.item.id,
              placeIn(line, sentence.start + match.index, sentence.start + match.index + match[0].length),
            ),
          ];
        }),
      ),
    );
  },
};

function setIn({ sets, negated, basisExcuses, code }: Power, sentence: string, data: RuleData): RegExpExecArray | null {
  if (basisExcuses && BASIS.test(sentence)) return null;
  for (const pattern of sets) {
    const match = pattern.exec(sentence);
    if (!match || negated.test(sentence.slice(0, match.index))) continue;
    const known =
      code === 'LEG-POWER-LICENSE' &&
      data.permits.some(({ permits }) => permits.some((permit) => sentence.includes(permit)));
    if (!known) return match;
  }
  return null;
}

const report = (power: Power, item: string, location: Finding['location']): Finding =>
  finding(
    power,
    item,
    location,
    {
      zh: `${power.title.zh}：“${location.quote}”。`,
      en: `${power.title.en}, with no basis given: "${location.quote}".`,
    },
    {
      zh: `请删去，或者写明法律、法规依据。可以的写法：${power.good}`,
      en: `Take it out, or give its basis in law. Acceptable: ${power.good}`,
    },
  );
