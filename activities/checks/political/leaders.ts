import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry, RuleData } from '../../../schemas/rules.ts';
import { type CheckedBundle, dayOf, effective, finding, type Rule, writings } from '../rule.ts';
import { type Line, linesOf, placeIn } from '../text/lines.ts';
import { PROCESSING_REGULATION } from './sources.ts';

const LEADER_ORDER: CodeEntry = {
  code: 'POL-LEADER-ORDER',
  gate: 'political',
  severity: 'warning',
  title: { zh: '同时列出的领导同志排序与名单不一致', en: 'Leaders are listed out of order' },
  source: PROCESSING_REGULATION,
  good: '区委书记沈立言、区长周启明（虚构）',
  bad: '区长周启明、区委书记沈立言（虚构）',
};
const LEADER_TITLE: CodeEntry = {
  code: 'POL-LEADER-TITLE',
  gate: 'political',
  severity: 'error',
  title: { zh: '领导同志姓名与职务不对应', en: 'A leader’s name and post do not go together' },
  source: PROCESSING_REGULATION,
  good: '区委书记沈立言（虚构）',
  bad: '区委书记周启明（虚构）',
};

type Leader = { name: string; titles: string[]; rank: number };
type Mention = { leader: Leader; title: string; start: number; end: number };

/** Only the roster of the place that issues the document says anything about it. */
function rosterFor(bundle: CheckedBundle, data: RuleData): Leader[] {
  const issuer = bundle.manifest?.issuingBody ?? bundle.outline?.title?.text ?? '';
  const roster = effective(data.rosters, dayOf(bundle)).find(({ place }) => issuer.includes(place));
  return (roster?.leaders ?? []).map((leader, rank) => ({ ...leader, rank }));
}

export const leaders: Rule = {
  codes: [LEADER_ORDER, LEADER_TITLE],
  check(bundle, data) {
    const roster = rosterFor(bundle, data);
    if (roster.length === 0) return [];
    const posts = [...new Set(roster.flatMap(({ titles }) => titles))].sort((a, b) => b.length - a.length);
    const post = `(?:[\\u4e00-\\u9fa5]{0,6}(?:党组成员|党工委委员)[、，])?(?:${posts.join('|')})(?:[、，]?(?:${posts.join('|')}))*`;
    const words = [...posts, ...roster.map(({ name }) => name)];
    return writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) => {
        if (!words.some((word) => line.text.includes(word))) return [];
        const mentions = mentionsIn(line, roster, post);
        return [...titles(item.id, line, mentions, post, posts, roster), ...order(item.id, line, mentions)];
      }),
    );
  },
};

function mentionsIn({ text }: Line, roster: Leader[], post: string): Mention[] {
  const mentions = roster.flatMap((leader) =>
    [...text.matchAll(new RegExp(`(${post})?[、，]?${leader.name}(?:同志)?`, 'gu'))].map((match) => ({
      leader,
      title: match[1] ?? '',
      start: match.index + (match[0].startsWith('、') || match[0].startsWith('，') ? 1 : 0),
      end: match.index + match[0].length,
    })),
  );
  return mentions.sort((a, b) => a.start - b.start);
}

function titles(
  item: string,
  line: Line,
  mentions: Mention[],
  post: string,
  posts: string[],
  roster: Leader[],
): Finding[] {
  const held = new RegExp(posts.join('|'), 'gu');
  const wrong = mentions.filter(({ leader, title }) =>
    [...title.matchAll(held)].some(([word]) => !holds(leader, word)),
  );
  const strangers = [
    ...line.text.matchAll(new RegExp(`(?<![副原前任])(${post})([\\u4e00-\\u9fa5]{2,3})(?=[，。；、）”]|$|同志)`, 'gu')),
  ].filter(
    ([, title = '', name = '']) =>
      SURNAMES.includes(name[0] ?? '') &&
      !roster.some((leader) => leader.name === name || name.startsWith(leader.name)) &&
      soleHolder(
        roster,
        [...title.matchAll(held)].map(([word]) => word),
      ),
  );
  return [
    ...wrong.map(({ leader, start, end }) =>
      titleFinding(item, line, start, end, `${leader.titles.join('、')}${leader.name}`),
    ),
    ...strangers.map((match) => {
      const holder = roster.find(({ titles: theirs }) => theirs.some((word) => (match[1] ?? '').includes(word)));
      return titleFinding(
        item,
        line,
        match.index,
        match.index + match[0].length,
        `${holder?.titles.join('、')}${holder?.name}`,
      );
    }),
  ];
}

/** 区委书记 does not make somebody 区委副书记; 常务副区长 may be called 副区长. */
const holds = ({ titles: theirs }: Leader, word: string) =>
  theirs.some((title) => title === word || title.endsWith(`常务${word}`));
/** A post that one person holds; several are 副区长, and the list may not have them all. */
const soleHolder = (roster: Leader[], words: string[]) =>
  words.some(
    (word) =>
      !word.includes('副') && !word.includes('常委') && roster.filter((leader) => holds(leader, word)).length === 1,
  );
/** Characters that begin most family names, and few other words in this position. */
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何罗宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔崔邱秦顾侯邵孟龙段雷钱汤尹黎武贺赖龚';

const titleFinding = (item: string, line: Line, start: number, end: number, right: string) =>
  finding(
    LEADER_TITLE,
    item,
    placeIn(line, start, end),
    {
      zh: `姓名与职务不对应：“${line.text.slice(start, end)}”。`,
      en: `Name and post do not go together: "${line.text.slice(start, end)}".`,
    },
    { zh: `名单上是：${right}。`, en: `The roster has: ${right}.` },
  );

/** Names that follow one another with nothing but a comma and posts between them are an enumeration. */
function order(item: string, line: Line, mentions: Mention[]): Finding[] {
  const findings: Finding[] = [];
  for (const [at, { leader, start, end }] of mentions.entries()) {
    const next = mentions[at + 1];
    if (!next || !/^[、，和及与]?$/u.test(line.text.slice(end, next.start)) || next.leader.rank >= leader.rank)
      continue;
    findings.push(
      finding(
        LEADER_ORDER,
        item,
        placeIn(line, start, next.end),
        {
          zh: `领导同志排序与名单不一致：“${line.text.slice(start, next.end)}”。`,
          en: `Leaders are not in the order of the roster: "${line.text.slice(start, next.end)}".`,
        },
        {
          zh: `名单上${next.leader.name}在${leader.name}之前。`,
          en: `On the roster ${next.leader.name} comes before ${leader.name}.`,
        },
      ),
    );
  }
  return findings;
}
