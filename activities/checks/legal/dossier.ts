import type { Manifest } from '../../../schemas/bundle.ts';
import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedBundle, finding, type Rule } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { FAIR_COMPETITION, LEGALITY_115, MAJOR_DECISIONS } from './sources.ts';

const entry = (code: string, source: string, zh: string, en: string, good: string, bad: string): CodeEntry => ({
  code,
  gate: 'legal',
  severity: 'error',
  title: { zh, en },
  source,
  good,
  bad,
});

const REVIEW = entry(
  'LEG-REVIEW-MISSING',
  LEGALITY_115,
  '没有结论为通过的合法性审核意见',
  'No approving legality opinion',
  '清单的 reviews.legality 结论为 approved，并附审核意见书',
  '规范性文件没有合法性审核意见，或者结论为不合法、应当予以修改',
);
const FAIR = entry(
  'LEG-FAIRCOMP-MISSING',
  FAIR_COMPETITION,
  '没有结论为通过的公平竞争审查',
  'No approving fair-competition review',
  '清单的 reviews.fairCompetition 结论为 approved，并附审查表',
  '对企业给予补贴的政策没有公平竞争审查',
);
const CONSULTATION = entry(
  'LEG-CONSULT-MISSING',
  MAJOR_DECISIONS,
  '重大行政决策没有公众参与及采纳情况',
  'A major decision without public consultation',
  '清单的 reviews.publicConsultation 写明起止、收到和采纳的数量，并附采纳情况',
  '重大行政决策没有征求意见',
);
const OPINION = entry(
  'LEG-REVIEW-CONCLUSION',
  LEGALITY_115,
  '审核意见书的结论与清单不一致',
  'The opinion itself does not approve',
  '意见书写明“合法，可以提请审议”',
  '清单写 approved，意见书写“应当予以修改”',
);

type ReviewName = keyof Manifest['reviews'];

/** A review counts when its conclusion approves and its paper is in the bundle; a supposed one that nobody can read does not. */
export const dossier: Rule = {
  codes: [REVIEW, FAIR, CONSULTATION, OPINION],
  check(bundle) {
    const { manifest } = bundle;
    if (!manifest) return [];
    const has = (id: string) => manifest.items.some((item) => item.id === id);
    const approved = (name: 'legality' | 'fairCompetition') => {
      const review = manifest.reviews[name];
      return review !== null && review.conclusion === 'approved' && has(review.item);
    };
    const consultation = manifest.reviews.publicConsultation;
    const findings: Finding[] = [];
    if ((manifest.isNormative || manifest.isMajorDecision) && !approved('legality')) {
      findings.push(
        missing(
          REVIEW,
          'legality',
          manifest,
          '请司法行政部门出具合法性审核意见并放入政策包',
          'Have the legality opinion made and put it into the bundle',
        ),
      );
    }
    if ((manifest.affectsOperators || supportsOperators(bundle)) && !approved('fairCompetition')) {
      findings.push(
        missing(
          FAIR,
          'fairCompetition',
          manifest,
          '请开展公平竞争审查并放入审查表',
          'Carry out the review and put its form into the bundle',
        ),
      );
    }
    if (manifest.isMajorDecision && !(consultation && has(consultation.item))) {
      findings.push(
        missing(
          CONSULTATION,
          'publicConsultation',
          manifest,
          '请公开征求意见，并放入采纳情况',
          'Hold the consultation and put its result into the bundle',
        ),
      );
    }
    return [...findings, ...contradictedOpinion(bundle)];
  },
};

function missing(code: CodeEntry, name: ReviewName, { reviews }: Manifest, zh: string, en: string): Finding {
  const present = reviews[name] !== null;
  return finding(
    code,
    'manifest',
    { where: 'manifest', quote: `reviews.${name}` },
    {
      zh: present ? `${code.title.zh}：清单有登记，但结论不是通过，或者材料不在政策包里。` : `${code.title.zh}。`,
      en: present
        ? `${code.title.en}: it is listed, but does not approve, or its paper is not in the bundle.`
        : `${code.title.en}.`,
    },
    { zh: `${zh}。`, en: `${en}.` },
  );
}

const SUPPORT = /(补贴|补助|奖励|奖补|贴息|资助|扶持资金|税费减免|租金减免)/u;
const OPERATORS = /(企业|个体工商户|经营者|市场主体|经营主体|商户|服务商)/u;

/** 对经营者设置补贴、奖励、准入条件: the manifest may have forgotten to say so. Persons' allowances do not count. */
function supportsOperators({ policy, outline }: CheckedBundle): boolean {
  if (!policy || !outline) return false;
  return linesOf(policy.model)
    .filter(({ cell }) => !cell)
    .some(({ text }) =>
      text.split(/[。；]/u).some((sentence) => {
        const given = /(给予|发放|兑现|享受|申领|申请)[^，。；]{0,24}/u.exec(sentence)?.[0] ?? '';
        const granted =
          SUPPORT.test(given) && OPERATORS.test(sentence.slice(0, sentence.indexOf(given) + given.length));
        return granted || /(市场)?准入(条件|门槛|标准)(为|是|包括|：|应当)/u.test(sentence);
      }),
    );
}

/** 结论 of the opinion as written: 不合法 or 应当予以修改 (115号) whatever the manifest says. */
function contradictedOpinion({ manifest, items }: CheckedBundle): Finding[] {
  const review = manifest?.reviews.legality;
  const paper = items.find(({ item }) => item.id === review?.item);
  if (review?.conclusion !== 'approved' || !paper) return [];
  return linesOf(paper.model).flatMap((line) => {
    const match =
      /(?:审核(?:结论|意见)[：:]?|经审核[，,]|结论[：:为是]|^)[^。；]{0,12}?(不合法|应当予以修改|不予通过|不同意)/u.exec(
        line.text,
      );
    if (
      !match?.[1] ||
      /(未发现|不存在|没有|并非)[^。]{0,10}$/u.test(line.text.slice(0, match.index + match[0].length - match[1].length))
    )
      return [];
    const start = match.index + match[0].length - match[1].length;
    return [
      finding(
        OPINION,
        paper.item.id,
        placeIn(line, start, start + match[1].length),
        {
          zh: `审核意见书写的是“${match[1]}”，清单登记为通过。`,
          en: `The opinion says "${match[1]}", the manifest says approved.`,
        },
        {
          zh: '请按审核意见修改后重新送审，并更正清单。',
          en: 'Mend the document as the opinion says, submit it for review again, and correct the manifest.',
        },
      ),
    ];
  });
}
