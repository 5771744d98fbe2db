import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACCOUNT } from '../../infra/sandbox/index.ts';
import { platform, png } from '../support/wechat.ts';

// The stand-in is only worth something if it refuses what the documentation says the platform refuses.
type Platform = Awaited<ReturnType<typeof platform>>;
let now = Date.parse('2026-03-02T01:00:00Z');
let wechat: Platform;
const clock = () => now;

const post = async (path: string, body: unknown, token?: string, server = wechat) => {
  const query = token === undefined ? '' : `${path.includes('?') ? '&' : '?'}access_token=${token}`;
  const sent = typeof body === 'string' || body instanceof globalThis.FormData ? body : JSON.stringify(body);
  const answer = await fetch(`${server.url}/cgi-bin/${path}${query}`, { method: 'POST', body: sent });
  expect(answer.status).toBe(200); // errors too
  return (await answer.json()) as Record<string, unknown> & { errcode?: number; errmsg?: string };
};
const credentials = { grant_type: 'client_credential', appid: LOCAL_ACCOUNT.appid, secret: LOCAL_ACCOUNT.secret };
const token = async (server = wechat) =>
  String((await post('stable_token', credentials, undefined, server)).access_token);
const media = (bytes: Uint8Array, field = 'media') => {
  const form = new globalThis.FormData();
  form.set(field, new Blob([new Uint8Array(bytes)]), 'picture.jpg');
  return form;
};
const cover = async (access: string, server = wechat) =>
  String((await post('material/add_material?type=image', media(png()), access, server)).media_id);
const article = (thumb: string, changes: object = {}) => ({
  title: '标题',
  content: '<p>正文</p>',
  content_source_url: 'https://www.qinghe.example/1',
  thumb_media_id: thumb,
  ...changes,
});
const draft = async (access: string, changes: object = {}, server = wechat) =>
  String(
    (await post('draft/add', { articles: [article(await cover(access, server), changes)] }, access, server)).media_id,
  );

describe('with the rights of a verified account', () => {
  beforeAll(async () => {
    wechat = await platform({ clock });
  });
  afterAll(() => wechat.close());

  test('an error has the code, the words and a request id', async () => {
    const answer = await post('draft/count', {}, 'not-a-token-that-was-ever-issued');
    expect(answer).toEqual({
      errcode: 40001,
      errmsg: expect.stringMatching(/^invalid credential.* rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/),
    });
  });

  test.each([
    ['appid', { ...credentials, appid: 'wx0000000000000000' }, 40013],
    ['secret', { ...credentials, secret: '0'.repeat(32) }, 40125],
    ['grant type', { ...credentials, grant_type: 'password' }, 40002],
    ['missing appid', { grant_type: 'client_credential' }, 41002],
  ])('stable_token refuses a wrong %s', async (_what, body, errcode) => {
    expect(await post('stable_token', body)).toMatchObject({ errcode });
  });

  test('normal mode gives the same token until five minutes are left, then old and new are both valid', async () => {
    const first = await token();
    now += 6800_000;
    expect(await token()).toBe(first);
    now += 110_000;
    const second = await token();
    expect(second).not.toBe(first);
    expect(await post('draft/count', {}, first)).toEqual({ total_count: 0 });
    expect(await post('draft/count', {}, second)).toEqual({ total_count: 0 });
    now += 300_000;
    expect(await post('draft/count', {}, first)).toMatchObject({ errcode: 42001 });
  });

  test('force ends the old token, not twice within 30 seconds and not more than 20 times a day', async () => {
    const old = await token();
    const forced = { ...credentials, force_refresh: true };
    const fresh = String((await post('stable_token', forced)).access_token);
    expect(await post('draft/count', {}, old)).toMatchObject({ errcode: 40001 });
    expect(await post('draft/count', {}, fresh)).toMatchObject({ total_count: 0 });
    expect(await post('stable_token', forced)).toMatchObject({ errcode: 45011 });
    for (let more = 1; more < 20; more += 1) {
      now += 31_000;
      expect(await post('stable_token', forced)).toHaveProperty('access_token');
    }
    now += 31_000;
    expect(await post('stable_token', forced)).toMatchObject({ errcode: 45009 });
  });

  test('a call without token, with a malformed one, by GET, without body, with broken JSON', async () => {
    const access = await token();
    expect(await post('draft/count', {})).toMatchObject({ errcode: 41001 });
    expect(await post('draft/count', {}, 'no%20token')).toMatchObject({ errcode: 40014 });
    const got = await fetch(`${wechat.url}/cgi-bin/draft/add?access_token=${access}`);
    expect([got.status, await got.json()]).toEqual([200, expect.objectContaining({ errcode: 43002 })]);
    expect(await post('draft/add', '', access)).toMatchObject({ errcode: 44002 });
    expect(await post('draft/add', '{"articles":', access)).toMatchObject({ errcode: 47001 });
    expect(await post('draft/nothing', {}, access)).toMatchObject({ errcode: 40066 });
  });

  test.each([
    ['a title of 33 characters', { title: '政'.repeat(33) }, 45003],
    ['an author of 17 characters', { author: '办'.repeat(17) }, 45110],
    ['a digest of 129 characters', { digest: '摘'.repeat(129) }, 45004],
    ['a content of 20,000 characters', { content: `<p>${'文'.repeat(19_993)}</p>` }, 45002],
    ['a source link of more than 1 KB', { content_source_url: `https://a.example/${'x'.repeat(1010)}` }, 45005],
    ['a source link that is none', { content_source_url: 'javascript:alert(1)' }, 40048],
    ['a cover that is not in the library', { thumb_media_id: 'nothing' }, 40007],
    ['no content', { content: '' }, 44004],
    ['nothing but a script', { content: '<script>alert(1)</script>' }, 45166],
  ])('draft/add refuses %s', async (_what, changes, errcode) => {
    const access = await token();
    const refused = await post('draft/add', { articles: [article(await cover(access), changes)] }, access);
    expect(refused).toMatchObject({ errcode });
  });

  test('draft/add counts characters: 32 of them outside the BMP fit', async () => {
    expect(await draft(await token(), { title: '𠮷'.repeat(32) })).not.toBe('undefined');
  });

  test('draft/add refuses an empty list and more than eight articles', async () => {
    const access = await token();
    const thumb = await cover(access);
    expect(await post('draft/add', { articles: [] }, access)).toMatchObject({ errcode: 44003 });
    expect(await post('draft/add', {}, access)).toMatchObject({ errcode: 44003 });
    const nine = Array.from({ length: 9 }, () => article(thumb));
    expect(await post('draft/add', { articles: nine }, access)).toMatchObject({ errcode: 45008 });
  });

  test('strips scripts and silently removes every picture it did not issue', async () => {
    const access = await token();
    const { url } = await post('media/uploadimg', media(png()), access);
    const content = `<p onclick="x()">文<script>alert(1)</script><img src="${url}"><img src="https://elsewhere.example/a.png"></p>`;
    const media_id = await draft(access, { content });
    const { news_item } = (await post('draft/get', { media_id }, access)) as unknown as {
      news_item: { content: string }[];
    };
    expect(news_item[0]?.content).toBe(`<p>文<img src="${url}" /></p>`);
  });

  test('takes \\u escapes literally, as the documentation warns', async () => {
    const access = await token();
    const body = JSON.stringify({ articles: [article(await cover(access), { title: 'TITLE' })] }).replace(
      'TITLE',
      '\\u6807',
    );
    const { media_id } = await post('draft/add', body, access);
    expect(await post('draft/get', { media_id }, access)).toMatchObject({ news_item: [{ title: '\\u6807' }] });
  });

  test('a digest belongs to a single article, and an empty one is the beginning of the text', async () => {
    const access = await token();
    const media_id = await draft(access, { content: `<p>${'字'.repeat(60)}</p>` });
    expect(await post('draft/get', { media_id }, access)).toMatchObject({ news_item: [{ digest: '字'.repeat(54) }] });
    const thumb = await cover(access);
    const two = await post('draft/add', { articles: [article(thumb, { digest: '摘要' }), article(thumb)] }, access);
    expect(await post('draft/get', { media_id: two.media_id }, access)).toMatchObject({
      news_item: [{ digest: '' }, { digest: '' }],
    });
  });

  test('draft/update takes one object, not an array, and knows when the draft is gone', async () => {
    const access = await token();
    const thumb = await cover(access);
    const media_id = await draft(access);
    expect(await post('draft/update', { media_id, index: 0, articles: [article(thumb)] }, access)).toMatchObject({
      errcode: 47001,
    });
    const changed = { media_id, index: 0, articles: article(thumb, { title: '新标题' }) };
    expect(await post('draft/update', changed, access)).toEqual({ errcode: 0, errmsg: 'ok' });
    expect(await post('draft/get', { media_id }, access)).toMatchObject({ news_item: [{ title: '新标题' }] });
    await post('draft/delete', { media_id }, access);
    expect(await post('draft/update', changed, access)).toMatchObject({ errcode: 40007 });
  });

  test('pictures: kind by first bytes, size by use, nothing without a file', async () => {
    const access = await token();
    const big = (bytes: number, start: Uint8Array = png()) => Buffer.concat([start, Buffer.alloc(bytes)]);
    const gif = Buffer.from('GIF89a..');
    const words = Buffer.from('not a picture');
    const upload = async (path: string, bytes: Uint8Array, field?: string) =>
      (await post(path, media(bytes, field), access)).errcode;
    expect(await upload('media/uploadimg', png())).toBeUndefined();
    expect(await upload('media/uploadimg', big(1024 * 1024))).toBe(40009);
    expect(await upload('media/uploadimg', gif)).toBe(40113);
    expect(await upload('media/uploadimg', words)).toBe(40113);
    expect(await upload('media/uploadimg', png(), 'file')).toBe(41005);
    expect(await upload('material/add_material?type=image', gif)).toBeUndefined();
    expect(await upload('material/add_material?type=image', big(10 * 1024 * 1024))).toBe(40009);
    expect(await upload('material/add_material?type=thumb', png())).toBe(40113);
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    expect(await upload('material/add_material?type=thumb', big(64 * 1024, jpeg))).toBe(40009);
    expect(await upload('material/add_material?type=video', png())).toBe(40004);
  });
});

describe('publishing', () => {
  beforeEach(async () => {
    wechat = await platform({
      clock,
      account: {
        ...LOCAL_ACCOUNT,
        publishMilliseconds: 1000,
        objections: { beforePublishing: ['禁'], originality: ['抄'], review: ['违'] },
      },
    });
  });
  afterEach(() => wechat.close());

  test('takes the draft out of the box, runs for a moment, is public only then', async () => {
    const access = await token();
    const media_id = await draft(access);
    const { publish_id, errcode } = await post('freepublish/submit', { media_id }, access);
    expect(errcode).toBe(0);
    expect(await post('draft/get', { media_id }, access)).toMatchObject({ errcode: 40007 });
    expect(await post('freepublish/submit', { media_id }, access)).toMatchObject({ errcode: 40007 });
    expect(await post('freepublish/get', { publish_id }, access)).toEqual({
      publish_id,
      publish_status: 1,
      fail_idx: [],
    });
    expect(await post('freepublish/batchget', { offset: 0, count: 20 }, access)).toMatchObject({ total_count: 0 });
    expect(await (await fetch(`${wechat.url}/followers`)).text()).not.toContain('标题');

    now += 1000;
    const done = await post('freepublish/get', { publish_id: Number(publish_id) }, access);
    expect(done).toMatchObject({ publish_status: 0, article_detail: { count: 1, item: [{ idx: 1 }] } });
    expect(await (await fetch(`${wechat.url}/followers`)).text()).toContain('标题');
    expect(await post('freepublish/getarticle', { article_id: done.article_id }, access)).toMatchObject({
      news_item: [{ title: '标题', is_deleted: false }],
    });
  });

  test('deleted articles are gone for readers, and cannot be deleted again', async () => {
    const access = await token();
    const { publish_id } = await post('freepublish/submit', { media_id: await draft(access) }, access);
    now += 1000;
    const { article_id, article_detail } = (await post('freepublish/get', { publish_id }, access)) as unknown as {
      article_id: string;
      article_detail: { item: { article_url: string }[] };
    };
    const url = article_detail.item[0]?.article_url ?? '';
    expect(await (await fetch(url)).text()).toContain('正文');
    expect(await post('freepublish/delete', { article_id, index: 0 }, access)).toEqual({ errcode: 0, errmsg: 'ok' });
    const page = await (await fetch(url)).text();
    expect(page).toContain('该内容已被发布者删除');
    expect(page).not.toContain('正文');
    expect(await post('freepublish/get', { publish_id }, access)).toMatchObject({ publish_status: 5 });
    expect(await post('freepublish/getarticle', { article_id }, access)).toMatchObject({
      news_item: [{ is_deleted: true }],
    });
    expect(await post('freepublish/delete', { article_id }, access)).toMatchObject({ errcode: 53600 });
  });

  test.each([
    ['抄', 2],
    ['违', 4],
  ])('a post with %s is accepted, then refused with status %i, and its draft comes back', async (word, status) => {
    const access = await token();
    const media_id = await draft(access, { title: `标题${word}` });
    const { publish_id } = await post('freepublish/submit', { media_id }, access);
    now += 1000;
    expect(await post('freepublish/get', { publish_id }, access)).toEqual({
      publish_id,
      publish_status: status,
      fail_idx: [1],
    });
    expect(await post('draft/get', { media_id }, access)).toHaveProperty('news_item');
  });

  test('a draft that does not pass the publish check is refused at once', async () => {
    const access = await token();
    expect(await post('freepublish/submit', { media_id: await draft(access, { title: '禁' }) }, access)).toMatchObject({
      errcode: 53503,
    });
  });

  test('pages carry a policy that lets nothing run, and a title cannot become markup', async () => {
    const access = await token();
    await post('freepublish/submit', { media_id: await draft(access, { title: '<script>x</script>' }) }, access);
    now += 1000;
    const answer = await fetch(`${wechat.url}/followers`);
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(await answer.text()).not.toContain('<script>');
  });

  test('what was acknowledged is still there after the process is gone', async () => {
    const access = await token();
    const media_id = await draft(access);
    const { publish_id } = await post('freepublish/submit', { media_id }, access);
    // A second server on the same files, while the first has closed nothing: what it reads was on disk.
    const second = await platform({ clock, dataDir: wechat.dataDir });
    now += 1000;
    expect(await post('freepublish/get', { publish_id }, access, second)).toMatchObject({ publish_status: 0 });
    await second.close();
  });
});

test.each([
  ['unverified', { verified: false }, 48001],
  ['website only', { publishing: 'website-only' as const }, 53504],
  ['save on the website first', { publishing: 'save-on-website-first' as const }, 53505],
  ['calls used up', { dailyCalls: { '/cgi-bin/freepublish/submit': 0 } }, 45009],
])('an account that is %s may not publish', async (_what, changes, errcode) => {
  const server = await platform({ clock, account: { ...LOCAL_ACCOUNT, ...changes } });
  const access = await token(server);
  const media_id = await draft(access, {}, server);
  expect(await post('freepublish/submit', { media_id }, access, server)).toMatchObject({ errcode });
  await server.close();
});

test('the result of a job is pushed, signed, until the account answers success', async () => {
  const received: { url: URL; body: string }[] = [];
  const { promise: twice, resolve } = Promise.withResolvers<void>();
  const account = createServer(async (request, answer) => {
    received.push({ url: new URL(request.url ?? '', 'http://a.example'), body: await text(request) });
    answer.end(received.length === 1 ? 'busy' : 'success');
    if (received.length === 2) resolve();
  });
  await new Promise<void>((listening) => account.listen(0, '127.0.0.1', listening));
  const address = account.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/wechat`;
  const server = await platform({
    account: { ...LOCAL_ACCOUNT, publishMilliseconds: 0, callback: { url, token: 'secret' } },
  });
  const access = await token(server);
  const { publish_id } = await post(
    'freepublish/submit',
    { media_id: await draft(access, {}, server) },
    access,
    server,
  );
  await twice;
  const [first, second] = received;
  const { signature, timestamp = '', nonce = '' } = Object.fromEntries(first?.url.searchParams ?? []);
  expect(signature).toBe(createHash('sha1').update(['secret', timestamp, nonce].sort().join('')).digest('hex'));
  expect(first?.body).toContain('<Event><![CDATA[PUBLISHJOBFINISH]]></Event>');
  expect(first?.body).toContain(`<publish_id>${publish_id}</publish_id><publish_status>0</publish_status>`);
  expect(second?.body).toContain(`<publish_id>${publish_id}</publish_id>`);
  await server.close();
  account.close();
});

test('an account sees nothing of another: token, picture, draft, post and quota are its own', async () => {
  const other = { appid: 'wx00000000000000ff', secret: 'f'.repeat(32), name: '另一个公众号' };
  const accounts = [{ ...LOCAL_ACCOUNT, publishMilliseconds: 0, dailyCalls: { '/cgi-bin/draft/count': 1 } }, other];
  const server = await platform({ accounts });
  const mine = await token(server);
  const theirs = String((await post('stable_token', { ...credentials, ...other }, undefined, server)).access_token);
  expect(await post('stable_token', { ...credentials, appid: other.appid }, undefined, server)).toMatchObject({
    errcode: 40125,
  });
  const thumb = await cover(mine, server);
  expect(await post('draft/add', { articles: [article(thumb)] }, theirs, server)).toMatchObject({ errcode: 40007 });
  const media_id = await draft(mine, {}, server);
  for (const path of ['draft/get', 'draft/delete', 'freepublish/submit'])
    expect(await post(path, { media_id }, theirs, server)).toMatchObject({ errcode: 40007 });
  const { publish_id } = await post('freepublish/submit', { media_id }, mine, server);
  expect(await post('freepublish/get', { publish_id }, theirs, server)).toMatchObject({ errcode: 40097 });
  const { article_id } = await post('freepublish/get', { publish_id }, mine, server);
  for (const path of ['freepublish/getarticle', 'freepublish/delete'])
    expect(await post(path, { article_id }, theirs, server)).toMatchObject({ errcode: 53600 });
  const page = { offset: 0, count: 20 };
  expect(await post('freepublish/batchget', page, theirs, server)).toMatchObject({ total_count: 0 });
  await post('draft/count', {}, mine, server);
  expect(await post('draft/count', {}, mine, server)).toMatchObject({ errcode: 45009 });
  expect(await post('draft/count', {}, theirs, server)).toEqual({ total_count: 0 });
  const list = async (path: string) => (await fetch(`${server.url}${path}`)).text();
  expect(await list('/followers')).toContain('标题');
  expect(await list(`/followers/${other.appid}`)).not.toContain('标题');
  await server.close();
});

test('a caller that is not on the white list is refused with its address', async () => {
  const server = await platform({ account: { ...LOCAL_ACCOUNT, ipWhitelist: ['203.0.113.7'] } });
  const answer = await post('stable_token', credentials, undefined, server);
  expect(answer).toMatchObject({
    errcode: 40164,
    errmsg: expect.stringContaining('127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist'),
  });
  await server.close();
});
