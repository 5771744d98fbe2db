import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotSent, OutcomeUnknown } from '../../infra/http/request.ts';
import { LOCAL_ACCOUNT } from '../../infra/sandbox/index.ts';
import { expectedArticles } from '../../services/new-media/wechat/reading.ts';
import { PostUnfit, WeChatRefusal } from '../../services/new-media/wechat/refusal.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { adapter, memoryRecord, memoryUploads, platform, samplePost } from '../support/wechat.ts';

let wechat: Awaited<ReturnType<typeof platform>>;
let proxy: FaultProxy;
const start = async (account: object = {}) => {
  wechat = await platform({ account: { ...LOCAL_ACCOUNT, publishMilliseconds: 0, ...account } });
  proxy = await startFaultProxy(wechat.url);
};
const stop = async () => {
  await proxy.close();
  await wechat.close();
};
const through = (changes: Parameters<typeof adapter>[1] = {}) =>
  adapter(proxy.url, { pagesUrl: wechat.url, ...changes });
/** Only a stall has to be waited for; elsewhere a busy machine must not look like one. */
const patience = (fault: Fault) => ({ timeoutMs: fault === 'stall' ? 1500 : 5000 });
const calls = (api: string) =>
  proxy.seen.filter((line) => line.includes(`/cgi-bin/${api}?`) || line.includes(`/cgi-bin/${api} `)).length;
/** Asks the platform itself, past the proxy. */
const direct = () => adapter(wechat.url).client;
const publishedCount = async () => (await direct().listPublished(0)).total_count;
const draftCount = async () => (await direct().listDrafts(0)).total_count;

describe('a delivery', () => {
  beforeEach(() => start());
  afterEach(stop);

  test('puts document and interpretation into one post, which reads back as it was signed off', async () => {
    const { delivery } = through();
    const post = samplePost();
    const draft = await delivery.prepareDraft(post);
    expect(await publishedCount()).toBe(0);
    const submission = await delivery.publishDraft(draft, memoryRecord());
    const published = await delivery.awaitPublished(submission);
    if (published.state !== 'published') throw new Error(`Expected published, not ${published.state}`);
    expect(published.items.map(({ idx }) => idx)).toEqual([1, 2]);
    const expected = expectedArticles(post);
    expect(await delivery.verifyArticle(published.articleId, expected)).toEqual({
      verified: true,
      textDigests: expected.map(({ textDigest }) => textDigest),
    });
    const page = await (await fetch(published.items[1]?.url ?? '')).text();
    expect(page).toMatch(/<img src="\/mmbiz_png\//);
    expect(page).toContain('href="https://www.qinghe.example/policies/1/interpretation"');
  });

  test('names every place where the public result differs from the sealed post', async () => {
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const published = await delivery.awaitPublished(await delivery.publishDraft(draft, memoryRecord()));
    if (published.state !== 'published') throw new Error('not published');
    const sealed = expectedArticles(samplePost({ content: '<p>另一个版本</p>', title: '另一个标题' }));
    const result = await delivery.verifyArticle(published.articleId, sealed);
    expect(result.verified ? [] : result.differences.map(({ idx, what }) => `${idx} ${what.zh}`)).toEqual([
      '1 标题不一致',
      '1 正文不一致',
      '1 公开页面的正文不一致',
    ]);
  });

  test('does not fetch an article address on a host that is not WeChat', async () => {
    const { delivery } = through({ articleOrigins: ['https://mp.weixin.qq.com'] });
    const draft = await delivery.prepareDraft(samplePost());
    const published = await delivery.awaitPublished(await delivery.publishDraft(draft, memoryRecord()));
    if (published.state !== 'published') throw new Error('not published');
    const result = await delivery.verifyArticle(published.articleId, expectedArticles(samplePost()));
    expect(result).toMatchObject({ verified: false, differences: [{ idx: 1 }, { idx: 2 }] });
  });

  test('a repeated preparation makes no second draft, uploads nothing again, replaces an earlier revision', async () => {
    const { delivery } = through();
    const first = await delivery.prepareDraft(samplePost());
    expect(await delivery.prepareDraft(samplePost())).toEqual(first);
    expect([calls('draft/add'), calls('media/uploadimg'), await draftCount()]).toEqual([1, 1, 1]);
    const revised = await delivery.prepareDraft(samplePost({ content: '<p>修改后的正文</p>' }));
    expect(revised.mediaId).not.toBe(first.mediaId);
    expect(await draftCount()).toBe(1);
  });

  test.each<Fault>(['cut', 'stall', 'truncate', 'half-close', 'garbage'])(
    'a preparation whose draft/add meets %s leaves one draft after its repeat',
    async (fault) => {
      const uploads = memoryUploads();
      proxy.once(fault, /draft\/add/);
      await expect(through({ uploads, ...patience(fault) }).delivery.prepareDraft(samplePost())).rejects.toBeInstanceOf(
        OutcomeUnknown,
      );
      expect(await draftCount()).toBe(1);
      await through({ uploads }).delivery.prepareDraft(samplePost());
      expect([calls('draft/add'), await draftCount()]).toEqual([1, 1]);
    },
  );

  // F17: WeChat publishes and the answer is lost, in every way a network can lose it.
  test.each<Fault>(['cut', 'stall', 'truncate', 'half-close', 'garbage'])(
    'a publish call that meets %s after it was carried out is asked for, never repeated',
    async (fault) => {
      const { delivery } = through(patience(fault));
      const draft = await delivery.prepareDraft(samplePost());
      proxy.once(fault, /freepublish\/submit/);
      const submission = await delivery.publishDraft(draft, memoryRecord());
      expect(submission.state).toBe('published');
      expect(await delivery.awaitPublished(submission)).toMatchObject({
        state: 'published',
        items: [{ idx: 1 }, { idx: 2 }],
      });
      expect([calls('freepublish/submit'), await publishedCount()]).toEqual([1, 1]);
    },
  );

  test('a publish call that never arrived is thrown, and its repeat asks first and then publishes once', async () => {
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const record = memoryRecord();
    proxy.once('refuse', /freepublish\/submit/);
    await expect(delivery.publishDraft(draft, record)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await publishedCount()).toBe(0);
    expect((await delivery.publishDraft(draft, record)).state).toBe('submitted');
    expect([calls('freepublish/submit'), await publishedCount()]).toEqual([2, 1]);
  });

  // F3: killed between the call and the record of it.
  test('a worker that died after the call finds the post instead of publishing it again', async () => {
    const { delivery, client } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const record = memoryRecord();
    await record.intended(`publish/${draft.mediaId}`, Date.now());
    await client.submitPublish(draft.mediaId);
    expect((await delivery.publishDraft(draft, record)).state).toBe('published');
    expect([calls('freepublish/submit'), await publishedCount()]).toEqual([1, 1]);
    await delivery.publishDraft(draft, record);
    expect(calls('freepublish/submit')).toBe(1);
  });

  test('withdrawal reaches the reader, and a second one changes nothing', async () => {
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const published = await delivery.awaitPublished(await delivery.publishDraft(draft, memoryRecord()));
    if (published.state !== 'published') throw new Error('not published');
    proxy.once('cut', /freepublish\/delete/);
    await expect(delivery.deleteArticle(published.articleId)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await delivery.deleteArticle(published.articleId)).toBe('already-gone');
    expect(await (await fetch(published.items[0]?.url ?? '')).text()).toContain('该内容已被发布者删除');
  });

  test('fifty calls with a token that another process ended cause one refresh', async () => {
    const { client } = through();
    await client.listDrafts(0);
    const before = calls('stable_token');
    await fetch(`${wechat.url}/cgi-bin/stable_token`, {
      method: 'POST',
      body: JSON.stringify({
        grant_type: 'client_credential',
        appid: LOCAL_ACCOUNT.appid,
        secret: LOCAL_ACCOUNT.secret,
        force_refresh: true,
      }),
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.listDrafts(0)));
    expect(answers).toHaveLength(50);
    expect(calls('stable_token') - before).toBe(1);
  });

  test('a title of 33 characters is refused before anything is sent, in words that say how to mend it', async () => {
    const post = structuredClone(samplePost());
    const [first] = post.articles;
    if (first) first.title = '政'.repeat(33);
    const refusal = await through()
      .delivery.prepareDraft(post)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PostUnfit);
    expect((refusal as PostUnfit).detail.zh).toContain('标题有 33 个字，微信最多 32 个字');
    expect(proxy.seen).toEqual([]);
  });

  test('a picture that WeChat would drop in silence is found in the draft, which is taken away again', async () => {
    const post = samplePost({ content: '<p>文<img src="https://elsewhere.example/a.png"></p>' });
    await expect(through().delivery.prepareDraft(post)).rejects.toThrow('微信保存的草稿与送审内容不一致');
    expect(await draftCount()).toBe(0);
  });

  test('no error text carries the token or the secret', async () => {
    const { client } = through();
    proxy.fault(() => 'cut');
    const first = await client.listDrafts(0).catch((error: unknown) => error);
    proxy.fault((head) => (head.includes('draft/') ? 'garbage' : 'pass'));
    const second = await client.listDrafts(0).catch((error: unknown) => error);
    for (const error of [first, second]) {
      expect(error).toBeInstanceOf(OutcomeUnknown);
      expect(String(error)).not.toMatch(/access_token=|0f1e2d3c/);
    }
  });
});

describe('a refusal', () => {
  afterEach(stop);
  const refusalOf = async (promise: Promise<unknown>): Promise<WeChatRefusal> => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof WeChatRefusal)) throw new Error(`Expected a refusal, not ${String(error)}`);
    return error;
  };

  // F15
  test('45009 is thrown after one call, as quota', async () => {
    await start({ dailyCalls: { '/cgi-bin/freepublish/submit': 0 } });
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const record = memoryRecord();
    expect(await refusalOf(delivery.publishDraft(draft, record))).toMatchObject({ errcode: 45009, retry: 'quota' });
    expect(calls('freepublish/submit')).toBe(1);
    expect(record.rows.size).toBe(0); // WeChat said no to the only call: nothing can have happened
  });

  test.each([
    ['an unverified account', { verified: false }, 48001, 'account'],
    ['a draft that fails the publish check', { objections: { beforePublishing: ['惠企'] } }, 53503, 'content'],
  ])('%s is permanent', async (_what, account, errcode, retry) => {
    await start(account);
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    expect(await refusalOf(delivery.publishDraft(draft, memoryRecord()))).toMatchObject({ errcode, retry });
  });

  test('a wrong secret is one call, an account matter and no loop', async () => {
    await start({ secret: 'f'.repeat(32) });
    expect(await refusalOf(through().client.listDrafts(0))).toMatchObject({ errcode: 40125, retry: 'account' });
    expect(calls('stable_token')).toBe(1);
  });

  // F18
  test('the platform review refuses an accepted post: which article and why', async () => {
    await start({ objections: { review: ['一图读懂'] } });
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    const state = await delivery.awaitPublished(await delivery.publishDraft(draft, memoryRecord()));
    expect(state).toEqual({
      state: 'refused',
      status: 4,
      reason: { zh: '平台审核不通过', en: 'The platform review refused it' },
      failIdx: [2],
    });
  });

  test('an accepted post whose answer was lost is followed by its marker until it is out', async () => {
    await start({ publishMilliseconds: 60_000 });
    const { delivery } = through();
    const draft = await delivery.prepareDraft(samplePost());
    proxy.once('cut', /freepublish\/submit/);
    const submission = await delivery.publishDraft(draft, memoryRecord());
    expect(submission.state).toBe('accepted');
    expect(await delivery.awaitPublished(submission)).toEqual({ state: 'running' });
  });

  test('a server that is down is NotSent: nothing can have happened', async () => {
    await start();
    const { client } = adapter('http://127.0.0.1:1');
    await expect(client.listDrafts(0)).rejects.toBeInstanceOf(NotSent);
  });
});
