import { expect, test } from 'vitest';
import { readContent, readPage } from '../../services/new-media/wechat/reading.ts';

test('WeChat may change markup, spaces and entities, not the text', () => {
  const sent = readContent('<section><p>支持 企业&amp;就业</p><p>&lt;一&gt;</p></section>');
  expect(readContent('<p style="x">支持\u00a0企业&#38;就业</p>\n<p>&lt;一&gt;</p>').textDigest).toBe(sent.textDigest);
  expect(readContent('<p>支持企业与就业</p><p>&lt;一&gt;</p>').textDigest).not.toBe(sent.textDigest);
});

test('scripts are not text, and late pictures count', () => {
  const { textDigest, images } = readContent(
    '<p>文<script>text()</script><img data-src="http://a/1" src="data:,"></p>',
  );
  expect(textDigest).toBe(readContent('文').textDigest);
  expect(images).toEqual(['http://a/1']);
});

test('a page is read by its article element; a page without one shows no article', () => {
  const page = '<!doctype html><h1>标题</h1><div class="x" id="js_content"><p>文</p></div><footer>别的</footer>';
  expect(readPage(page)?.textDigest).toBe(readContent('文').textDigest);
  expect(readPage('<h1>该内容已被发布者删除</h1>')).toBeUndefined();
});
