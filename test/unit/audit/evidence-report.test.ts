import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { describe, expect, test } from 'vitest';
import { genesis } from '../../../activities/audit/chain.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import type { BundleEvidence } from '../../../schemas/evidence.ts';
import { type EvidenceReport, renderEvidence } from '../../../services/cli/report/evidence.tsx';
import { evidenceFixture, richEvidence, vouchedFor } from '../../support/evidence.ts';
import { digest, newBundleId } from '../../support/release-fixture.ts';

const bundleId = newBundleId();
const rowOf = (kind: string, payload: AuditRow['payload']): AuditRow => ({
  ...{ seq: 77, at: '2026-03-02T02:40:00.000Z', actor: 'second-legal', kind, bundleId, payload },
  ...{ prevHash: genesis, hash: digest('row') },
});
const refused = rowOf('command.refused', { command: 'POST /v1/x', type: 'NotAllowed' });

const render = (evidence: BundleEvidence, changes: Partial<EvidenceReport> = {}) =>
  renderEvidence({
    ...{ evidence, vouched: vouchedFor(evidence), unbacked: [], rows: [refused], checkpoints: 3 },
    verdict: { ok: true, size: 99, head: digest('head') },
    ...changes,
  });

const isElement = (node: Tree.Node): node is Tree.Element => 'tagName' in node;
function* elements(node: Tree.Node): Generator<Tree.Element> {
  if (isElement(node)) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* elements(child);
}
const textOf = (node: Tree.Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
const all = (html: string, ...names: string[]) =>
  [...elements(parse(html))].filter(({ tagName }) => names.includes(tagName));
const textsOf = (html: string, ...names: string[]) => all(html, ...names).map(textOf);
const visible = (html: string) => textsOf(html, 'body').join('');
const [firstPage = '', details = ''] = textsOf(render(richEvidence(bundleId)), 'article');

describe('the first page', () => {
  test.each([
    ['what', '关于规范校园周边交通秩序的通知'],
    ['who signed, for whom', 'deputy（代 for reviewer-legal）'],
    ['T0', '2026-03-02 11:00:00.000'],
    ['the commit', '2026-03-02 11:00:00.120'],
    ['lateness', '120 ms'],
    ['skew, and over how many channels', '1830 ms（2/2 渠道'],
    ['when a channel was live', 'T0 + 170 ms'],
    ['who armed it', 'leader，2026-03-02 10:55:00.000'],
    ['acts, and how far they reached', '2026-03-09，✖ 尚有渠道未到达'],
    ['the emergency lane', '应急通道'],
    ['the override', '1 条错误经两人例外放行'],
    ['the group', '同批发布，共 2 个政策包'],
    ['the verdict', '审计链完整'],
    ['the checkpoints', '检查点 3'],
  ])('says %s', (_what, text) => expect(firstPage).toContain(text));

  test('names the seal of the revision that was released', () => {
    const { seal } = richEvidence(bundleId).releases[0] ?? {};
    expect(firstPage).toContain(seal);
  });

  test('says what speaks against it: a broken chain, a fact that is not in it, a row that lost its fact, no checkpoint', () => {
    const evidence = richEvidence(bundleId);
    const why = { zh: '哈希不符', en: 'hash differs' };
    expect(visible(render(evidence, { verdict: { ok: false, firstBad: 42, why } }))).toContain('第 42 行起不可信');
    const vouched = vouchedFor(evidence);
    vouched.decisions = vouched.decisions.map((each, index) => (index === 0 ? { ...each, seq: null } : each));
    const changed = render(evidence, { vouched });
    expect(visible(changed)).toContain('✖ 1 条事实链上没有');
    expect(changed.split('class="verdict bad"')).toHaveLength(2);
    const removed = render(evidence, { unbacked: [rowOf('override.recorded', { revision: 2 })] });
    expect(visible(removed)).toContain('✖ 链上 1 行没有对应的事实');
    expect(textsOf(removed, 'h2').at(-1)).toContain('链上有、库里没有');
    expect(visible(render(evidence, { checkpoints: 0 }))).toContain('检查点 无');
    expect(render(evidence)).not.toContain('class="verdict bad"');
  });

  test('says where a release broke the promise, however whole the chain is', () => {
    const evidence = richEvidence(bundleId);
    const [release] = evidence.releases;
    if (!release) throw new Error('not reached');
    const said = (changes: Partial<BundleEvidence>) => {
      const html = render({ ...evidence, ...changes });
      return html.includes('class="verdict bad"') ? (textsOf(html, 'article')[0] ?? '') : '';
    };
    const decisions = evidence.decisions;
    const late = decisions.map((each) => ({ ...each, decidedAt: '2026-03-02T03:00:00.121Z' }));
    const returned = decisions.map((each) => ({ ...each, decision: 'returned' as const }));
    for (const changed of [[], late, returned, decisions.filter(({ gate }) => gate !== 'secrecy')])
      expect(said({ decisions: changed })).toContain('secrecy 关在提交第 2 稿之前没有签过这个封签');
    const unanswered = decisions.map((each) => ({ ...each, answers: [] }));
    expect(said({ decisions: unanswered })).toMatch(/WRD-TITLE\.\w{8} 没有书面答复/);
    const onePerson = evidence.overrides.map((each) => ({ ...each, personId: 'leader' }));
    const afterwards = evidence.overrides.map((each) => ({ ...each, at: '2026-03-02T03:00:00.121Z' }));
    for (const overrides of [[], evidence.overrides.slice(0, 1), evidence.overrides.slice(1), onePerson, afterwards])
      expect(said({ overrides })).toMatch(/SEC-COMMENT\.\w{8} 没有经两人放行/);
    expect(said({ releases: [{ ...release, committedAt: '2026-03-02T02:59:59.999Z' }] })).toContain('T0 之前就提交');
    expect(said({ releases: [{ ...release, seal: digest('another') }] })).toContain('发布的封签不是第 2 稿的');
    expect(firstPage).toContain('此前各关都签过所发布的封签');
  });

  test('flags a report that is overdue', () => {
    const reportOwed = { state: 'overdue' as const, reportDueAt: '2026-03-16T15:59:59.999Z', problem: null };
    const overdue = render({ ...richEvidence(bundleId), emergencyReports: [], reportOwed });
    expect(textsOf(overdue, 'article')[0]).toContain('事后报告逾期未交');
    expect(firstPage).not.toContain('逾期');
  });
});

describe('the details', () => {
  const written = [
    ...[
      '一百米',
      '二百米',
      '标题已同发文单位核对',
      '文字通顺',
      '第三条缺少依据',
      '依据已补',
      '可以公开',
      '批注是原件所有',
    ],
    ...['同意放行', '出差三天', '提前回来', '暴雨红色预警', '已补办全部手续', '还有一个工作日', '全部核验', '素材过期'],
    ...['与封签一致', '额度用完'],
  ];
  test.each(written)('tell “%s” once', (text) =>
    expect(visible(render(richEvidence(bundleId))).split(text)).toHaveLength(2),
  );

  test('tell what else happened: reads, refused commands, validity, what was kept and what fell', () => {
    for (const text of [
      'reader',
      '预览 preview',
      'POST /v1/x：NotAllowed',
      '有效 in-force',
      '作废 fell：法律关',
      '沿用 kept：文字关',
    ])
      expect(details).toContain(text);
    expect(details).toContain('沿用第 1 稿');
    expect(details).toContain('另有 1 条与前稿相同');
  });

  test('tell insertions from deletions by element and sign, not by colour alone', () => {
    const html = render(richEvidence(bundleId));
    expect(textsOf(html, 'ins')).toEqual(['［＋］二百米']);
    expect(textsOf(html, 'del')).toEqual(['［－］一百米']);
  });

  test('of a bundle that is still in review have no empty tables', () => {
    const html = render(evidenceFixture(bundleId), { rows: [] });
    expect(all(html, 'tbody').filter(({ childNodes }) => childNodes.length === 0).length).toBeLessThanOrEqual(2);
    expect(textsOf(html, 'h2').map((text) => text.split(' ')[0])).toEqual(['各稿与审签', '经过']);
  });
});

test('what people wrote is text, whatever they wrote', () => {
  const html = render(richEvidence(bundleId, (what) => `<script>alert("${what}")</script><img src=x onerror=y>&amp;`));
  expect(textsOf(html, 'script', 'img')).toEqual([]);
  expect(visible(html)).toContain('<script>alert("一百米")</script><img src=x onerror=y>&amp;');
  const attributes = [...elements(parse(html))].flatMap(({ attrs }) => attrs.map(({ name }) => name));
  expect(attributes.filter((name) => name.startsWith('on') || name === 'src' || name === 'href')).toEqual([]);
});

describe('anybody can read it', () => {
  const html = render(richEvidence(bundleId));
  test('headings go down one level at a time, and there is one of the first', () => {
    const levels = all(html, 'h1', 'h2', 'h3', 'h4', 'h5').map(({ tagName }) => Number(tagName.slice(1)));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
  });

  test('every table has a caption, columns with a scope, and as many cells in each line', () => {
    const tables = all(html, 'table');
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const own = [...elements(table)];
      expect(own.filter(({ tagName }) => tagName === 'caption')).toHaveLength(1);
      const headers = own.filter(({ tagName }) => tagName === 'th');
      expect(headers.every(({ attrs }) => attrs.some(({ name }) => name === 'scope'))).toBe(true);
      const widths = own
        .filter(({ tagName }) => tagName === 'tr')
        .map((row) => row.childNodes.filter((node) => isElement(node)).length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test('it is whole in itself', () => {
    expect(html).not.toMatch(/<script|<link|@import|url\(/);
  });
});
