import { expect, test } from 'vitest';
import { outlineOf } from '../../../activities/checks/outline.ts';
import { draft, modelOf } from '../../support/models.ts';

const NOTICE = `
^青禾区教育和体育局文件
^青禾教体字〔2026〕26号
^青禾区教育和体育局
^关于公布2026年学校招生
^服务范围的通知
各街道办事处，各学校：
现将2026年招生服务范围予以公布。
附件：1.2026年服务范围一览表
　　　2.调整情况说明
>青禾区教育和体育局
>2026年5月18日
（此件公开发布）
附件1
^2026年服务范围一览表
|序号|学校|
|1|望湖小学|
附件2
^调整情况说明
抄送：区政府办公室。
青禾区教育和体育局办公室　　　　2026年5月18日印发`;

test('the elements of an official document are found by their form and order', () => {
  expect(outlineOf(modelOf(draft(NOTICE)))).toMatchObject({
    documentNumber: { text: '青禾教体字〔2026〕26号', paragraph: 1 },
    title: { text: '青禾区教育和体育局关于公布2026年学校招生服务范围的通知' },
    recipients: { text: '各街道办事处，各学校：' },
    annexNames: [
      { number: 1, title: '2026年服务范围一览表' },
      { number: 2, title: '调整情况说明' },
    ],
    annexes: [
      { number: 1, title: '2026年服务范围一览表' },
      { number: 2, title: '调整情况说明' },
    ],
    date: { text: '2026年5月18日' },
    printed: { text: '青禾区教育和体育局办公室　　　　2026年5月18日印发' },
    copies: { text: '抄送：区政府办公室。' },
    note: { text: '（此件公开发布）' },
    issuedOn: '2026-05-18',
  });
});

test('a text without layout has a title and no elements that are not there', () => {
  const outline = outlineOf(modelOf(draft('关于做好防汛工作的通知\n各单位：\n请做好防汛工作。', 'text')));
  expect(outline).toMatchObject({ documentNumber: null, recipients: { text: '各单位：' }, date: null, annexes: [] });
  expect(outline.title?.text).toBe('关于做好防汛工作的通知');
});

test.each([
  ['2026年4月22日', '2026-04-22'],
  ['2026年04月22日', '2026-04-22'],
  ['二〇二六年四月二十二日', '2026-04-22'],
  ['2026-04-22', '2026-04-22'],
])('the date %s is read as %s', (text, day) => {
  const outline = outlineOf(modelOf(draft(`^关于某事的通知\n各单位：\n请照办。\n>青禾区人民政府\n>${text}`)));
  expect(outline.issuedOn).toBe(day);
});
