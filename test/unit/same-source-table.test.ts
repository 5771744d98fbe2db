import { describe, expect, test } from 'vitest';
import { sameSourceTable } from '../../activities/checks/same-source-table.ts';
import { bundleFrom, cleanBundle, draft, item, replace } from '../support/models.ts';

const table = (change?: (bundle: ReturnType<typeof cleanBundle>) => void) => {
  const bundle = cleanBundle();
  change?.(bundle);
  return sameSourceTable(bundleFrom(bundle));
};
const row = (rows: ReturnType<typeof table>, figure: string) => rows.find((each) => each.figure === figure);

describe('数据同源核对', () => {
  test('a figure stands beside the words of the document that give it', () => {
    expect(row(table(), '35小时')).toMatchObject({
      item: 'text',
      words: '每周开放时间不少于35小时',
      verdict: 'same',
      source: { item: 'policy', words: '第二条　公共体育场馆每周开放时间不少于35小时' },
    });
  });

  test('of several places the likeliest words come first, and the others are counted', () => {
    const rows = table((bundle) => {
      bundle.documents.policy?.lines.push('停车场每天清扫时间不少于2小时。');
    });
    expect(row(rows, '2小时')).toMatchObject({
      source: { words: '第三条　室内场馆每天至少安排2小时免费开放时段' },
      others: 1,
    });
  });

  test('a figure that the document does not have is told as absent, and is no finding', () => {
    expect(row(table(), '0531-55550431')).toMatchObject({ verdict: 'absent', source: null, others: 0 });
  });

  test('another value of the same matter is shown as a pair', () => {
    const rows = table((bundle) => replace(bundle, 'text', '不少于35小时', '不少于40小时'));
    expect(row(rows, '40小时')).toMatchObject({
      verdict: 'differs',
      source: { words: '第二条　公共体育场馆每周开放时间不少于35小时' },
    });
  });

  test('short title and digest of the WeChat variant are compared too', () => {
    const rows = table((bundle) => {
      bundle.manifest.variants = { wechat: { shortTitle: '每周开放35小时', digest: '优惠不低于60%' } };
    });
    expect(rows.filter(({ item: field }) => field.startsWith('variants'))).toMatchObject([
      { item: 'variants.wechat.shortTitle', paragraph: null, figure: '35小时', verdict: 'same' },
      { item: 'variants.wechat.digest', paragraph: null, figure: '60%', verdict: 'absent' },
    ]);
  });

  test('an attachment belongs to the document', () => {
    const rows = table((bundle) => {
      bundle.manifest.items.push(item('contacts', 'attachment', 'contacts.docx'));
      bundle.documents.contacts = draft('咨询电话：0531-55550431。');
    });
    expect(row(rows, '0531-55550431')).toMatchObject({ verdict: 'same', source: { item: 'contacts' } });
  });

  test('words that only count (第一条、一张表) are no figures to compare', () => {
    const figures = (rows: ReturnType<typeof table>) => rows.map(({ figure }) => figure);
    const added = table((bundle) => bundle.documents.text?.lines.push('第一条讲目的，第三项讲优惠，一个场馆一张表。'));
    expect(figures(added)).toEqual(figures(table()));
  });

  test('without a document there is nothing to compare with', () => {
    expect(
      table((bundle) => {
        delete bundle.documents.policy;
      }),
    ).toEqual([]);
  });
});
