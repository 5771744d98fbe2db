import { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryOrder, PublishStep } from '../../activities/delivery/types.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';
import { type Death, type NewMedia, newMedia } from '../support/new-media.ts';

type Service = Awaited<ReturnType<NewMedia['process']>>;
let database: TestDatabase;
let media: NewMedia;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
afterEach(() => media.close());

const key = ''; // WeChat is filled from inside the core: nothing is sealed
const live = (step: PublishStep) => {
  if (step.state !== 'live') throw new Error(`Expected live, not ${JSON.stringify(step)}`);
  return step;
};
/** The four words of a receipt: what a person would read. */
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const cause = permanentCause(error);
  if (cause?.type !== 'ChannelRefused') throw new Error(`Expected ChannelRefused, not ${String(error)}`);
  return cause.message.zh;
};
const of = ({ releaseId, bundleId, channel }: DeliveryOrder, attempt = 1, account = media.account) => ({
  releaseId,
  bundleId,
  channel,
  account,
  attempt,
});
/** As the workflow does it: the order goes on record, then the account is prepared. */
const prepare = async (service: Service, order: DeliveryOrder, attempt = 1) => {
  await service.acceptOrder(order);
  return service.prepareDelivery(of(order, attempt));
};

describe('a delivery to an official account', () => {
  test('is a draft before T0, one post after it, and reads back as the sealed objects', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    const digests = order.objects.map(({ sha256 }) => sha256);
    expect((await prepare(service, order)).digests).toEqual(digests);
    expect(await media.holds()).toEqual({ drafts: 1, posts: 0, readable: 0 });
    const published = live(await service.publishDelivery(of(order), key));
    expect(await (await fetch(published.url ?? '')).text()).toContain('支持企业发展');
    const verified = await service.verifyDelivery(of(order));
    expect(verified).toMatchObject({ digests, url: published.url });
    expect(Date.parse(verified.at)).toBeGreaterThanOrEqual(Date.parse(published.at));
  });

  /** Every activity in turn, as the workflow calls it; a withdrawal ends it. */
  const steps: Record<string, (service: Service, order: DeliveryOrder) => Promise<unknown>> = {
    prepareDelivery: (service, order) => prepare(service, order),
    publishDelivery: (service, order) => service.publishDelivery(of(order), key),
    pollDelivery: (service, order) => service.pollDelivery(of(order)),
    verifyDelivery: (service, order) => service.verifyDelivery(of(order)),
    withdrawDelivery: (service, order) => service.withdrawDelivery(of(order), '附件数据有误'),
  };
  const deaths: [keyof typeof steps, Death][] = [
    ['prepareDelivery', 'before prepared'],
    ['prepareDelivery', 'after prepared'],
    ['publishDelivery', 'after intended'],
    ['publishDelivery', 'before confirmed'],
    ['publishDelivery', 'after confirmed'],
    ['pollDelivery', 'before live'],
    ['pollDelivery', 'after live'],
    ['verifyDelivery', 'before verified'],
    ['verifyDelivery', 'after verified'],
    ['withdrawDelivery', 'after withdrawalAsked'],
    ['withdrawDelivery', 'before withdrawn'],
    ['withdrawDelivery', 'after withdrawn'],
  ];
  test.each(deaths)('%s that is killed %s leaves one effect after its repeat', async (killed, death) => {
    media = await newMedia(database.url);
    const order = await media.order();
    const atHand = Object.keys(steps);
    for (const name of atHand.slice(0, atHand.indexOf(killed) + 1)) {
      const step = steps[name];
      // What a poll records, a publish that found the result at once has recorded before: here it has not come back yet.
      if (killed === 'pollDelivery' && name === 'publishDelivery') {
        await expect(step?.(await media.process({ death: 'before live' }), order)).rejects.toThrow('killed');
        continue;
      }
      if (name === killed) await expect(step?.(await media.process({ death }), order)).rejects.toThrow('killed');
      await step?.(await media.process(), order);
    }
    const withdrawn = killed === 'withdrawDelivery';
    const published = killed !== 'prepareDelivery';
    expect(await media.holds()).toEqual({
      drafts: published ? 0 : 1,
      posts: published ? 1 : 0,
      readable: published && !withdrawn ? 1 : 0,
    });
    expect([media.calls('draft/add'), media.calls('freepublish/submit')]).toEqual([1, published ? 1 : 0]);
    expect(media.calls('freepublish/delete')).toBe(withdrawn ? 1 : 0);
  });

  test('a repeat says the same instants as the first call did', async () => {
    media = await newMedia(database.url);
    const order = await media.order();
    const all = async () => {
      const service = await media.process();
      const { at } = await prepare(service, order);
      const step = live(await service.publishDelivery(of(order), key));
      return [at, step.at, step.url, (await service.verifyDelivery(of(order))).at];
    };
    expect(await all()).toEqual(await all());
  });

  // F17, through the whole service and a restart of it.
  test('a submit whose answer is lost is found by the next process and never sent twice', async () => {
    media = await newMedia(database.url);
    const order = await media.order();
    await prepare(await media.process(), order);
    media.proxy.fault((head) => (/freepublish\/(submit|batchget)|draft\/get/.test(head) ? 'cut' : 'pass'));
    await expect((await media.process()).publishDelivery(of(order), key)).rejects.toThrow();
    media.proxy.fault(() => 'pass');
    live(await (await media.process()).publishDelivery(of(order), key));
    expect([media.calls('freepublish/submit'), (await media.holds()).posts]).toEqual([1, 1]);
  });

  test('what was uploaded once is not uploaded again by the next release or the next process', async () => {
    media = await newMedia(database.url);
    await prepare(await media.process(), await media.order());
    const uploads = () => [media.calls('material/add_material'), media.calls('media/uploadimg')];
    const first = uploads();
    await prepare(await media.process(), await media.order());
    expect(uploads()).toEqual(first);
  });

  test('a cover that is gone from the library of the account is uploaded again', async () => {
    media = await newMedia(database.url);
    await prepare(await media.process(), await media.order());
    await media.close();
    media = await newMedia(database.url, { id: media.account }); // an empty library under the same ledger
    await prepare(await media.process(), await media.order());
    expect([media.calls('material/add_material'), (await media.holds()).drafts]).toEqual([1, 1]);
  });

  test('two revisions of a bundle have a draft each, and to discard one leaves the other', async () => {
    media = await newMedia(database.url);
    const service = await media.process();
    const first = await media.order();
    const second = await media.order({}, first.bundleId); // same title, same address, same text
    await prepare(service, first);
    await prepare(service, second);
    expect((await media.holds()).drafts).toBe(2);
    const dying = await media.process({ death: 'after discarded' });
    await expect(dying.discardDelivery(of(first))).rejects.toThrow('killed');
    const { at } = await service.discardDelivery(of(first));
    expect((await service.discardDelivery(of(first))).at).toBe(at);
    expect((await media.holds()).drafts).toBe(1);
    live(await service.publishDelivery(of(second), key));
    expect(await service.publishDelivery(of(first), key)).toMatchObject({ state: 'refused' });
    expect((await media.holds()).posts).toBe(1);
  });

  test('a discard of what was never prepared succeeds, and a late preparation leaves no draft', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    await service.discardDelivery(of(order));
    expect(await refusal(prepare(service, order))).toContain('已被撤回或取消');
    expect((await media.holds()).drafts).toBe(0);
  });
});

describe('an outcome that nobody knows', () => {
  test('is running, then unknown after the time allowed, and live once the post is out', async () => {
    let clock = Date.now();
    const now = () => clock;
    media = await newMedia(database.url, { account: { publishMilliseconds: 120_000 }, clock: now });
    const [service, order] = [await media.process({ now, patienceMs: 60_000 }), await media.order()];
    await prepare(service, order);
    media.proxy.once('cut', /freepublish\/submit/);
    expect(await service.publishDelivery(of(order), key)).toEqual({ state: 'running' });
    clock += 61_000;
    expect(await service.pollDelivery(of(order))).toMatchObject({ state: 'unknown' });
    clock += 60_000;
    live(await service.pollDelivery(of(order)));
    expect(media.calls('freepublish/submit')).toBe(1);
  });

  // F18
  test('is none where the platform review refuses: which article, and nothing is published', async () => {
    media = await newMedia(database.url, { account: { objections: { review: ['一图读懂'] } } });
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    const step = await service.publishDelivery(of(order), key);
    expect(step).toEqual({
      state: 'refused',
      detail: { zh: '平台审核不通过。第 2 篇', en: 'The platform review refused it. article 2' },
    });
  });

  test('a post that differs from the sealed one is refused in words', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    live(await service.publishDelivery(of(order), key));
    const other = await media.order({ content: '<p>另一个版本</p>' });
    await media.reseal(order, other.objects); // as if WeChat had published something else
    expect(await refusal(service.verifyDelivery(of(order)))).toContain('第 1 篇：正文不一致');
    const patient = await media.process({ appearMs: 60_000 });
    await expect(patient.verifyDelivery(of(order))).rejects.not.toBeInstanceOf(ApplicationFailure);
    expect(await service.inspectDelivery(of(order))).toMatchObject({ state: 'public', digests: [] });
  });

  test('an order without a post is refused before anything is sent', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    const objects = order.objects.filter(({ path }) => path !== 'post.json');
    await expect(prepare(service, { ...order, objects })).rejects.toThrow('没有微信图文');
    expect(media.proxy.seen).toEqual([]);
  });
});

// F15: 45009 is never answered with a loop.
describe('a used-up quota', () => {
  const none = (api: string) => ({ account: { dailyCalls: { [`/cgi-bin/${api}`]: 0 } } });

  test('refuses the preparation after one call, in words that say when it comes back', async () => {
    media = await newMedia(database.url, none('draft/add'));
    const text = await refusal(prepare(await media.process(), await media.order()));
    expect(text).toContain('北京时间零点后恢复');
    expect(text).toContain('预置未完成');
    expect(media.calls('draft/add')).toBe(1);
  });

  test('refuses the publish after one call, and the draft is kept for an administrator', async () => {
    media = await newMedia(database.url, none('freepublish/submit'));
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    const step = await service.publishDelivery(of(order), key);
    expect(step).toMatchObject({ state: 'refused', detail: { zh: expect.stringContaining('草稿仍在公众号草稿箱') } });
    expect(media.calls('freepublish/submit')).toBe(1);
    expect(await media.holds()).toMatchObject({ drafts: 1, posts: 0 });
  });

  test('leaves a submitted post unknown, and asks no more before Beijing midnight', async () => {
    let clock = Date.parse('2026-03-16T23:30:00+08:00');
    const now = () => clock;
    media = await newMedia(database.url, { ...none('freepublish/get'), clock: now });
    const [service, order] = [await media.process({ now }), await media.order()];
    await prepare(service, order);
    for (let poll = 0; poll < 3; poll += 1)
      expect(await service.publishDelivery(of(order), key)).toMatchObject({ state: 'unknown' });
    expect([media.calls('freepublish/submit'), media.calls('freepublish/get')]).toEqual([1, 1]);
    clock += 31 * 60_000;
    await service.pollDelivery(of(order));
    expect([media.calls('freepublish/submit'), media.calls('freepublish/get')]).toEqual([1, 2]);
  });

  test('puts a verification off until Beijing midnight', async () => {
    const now = () => Date.parse('2026-03-16T23:30:00+08:00');
    media = await newMedia(database.url, { ...none('freepublish/getarticle'), clock: now });
    const [service, order] = [await media.process({ now }), await media.order()];
    await prepare(service, order);
    live(await service.publishDelivery(of(order), key));
    const failure = await service.verifyDelivery(of(order)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'QuotaUsedUp', nonRetryable: false, nextRetryDelay: 31 * 60_000 });
  });

  test('tells a person to delete by hand what the API cannot withdraw today', async () => {
    media = await newMedia(database.url, none('freepublish/delete'));
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    live(await service.publishDelivery(of(order), key));
    expect(await refusal(service.withdrawDelivery(of(order), '附件数据有误'))).toContain('手动删除');
    expect(media.calls('freepublish/delete')).toBe(1);
  });
});

describe('a withdrawal', () => {
  const reason = '附件数据有误';

  test('reaches the reader from the record alone, and a second one says the same', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    const { url } = live(await service.publishDelivery(of(order), key));
    const first = await service.withdrawDelivery(of(order), reason);
    expect(await (await fetch(url ?? '')).text()).toContain('该内容已被发布者删除');
    expect(first.detail.zh).toContain('公众号文章已删除');
    expect(await (await media.process()).withdrawDelivery(of(order), reason)).toEqual(first);
    expect(media.calls('freepublish/delete')).toBe(1);
    expect(await refusal(service.verifyDelivery(of(order)))).toContain('已被撤回');
  });

  test('that comes before the preparation leaves no draft behind', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    const { detail } = await service.withdrawDelivery(of(order), reason);
    expect(detail.zh).toBe('公众号上没有这次发布的内容');
    expect(await refusal(prepare(service, order))).toContain('已被撤回');
    expect(await media.holds()).toEqual({ drafts: 0, posts: 0, readable: 0 });
  });

  test('that comes before the publish takes the draft, and nothing is submitted any more', async () => {
    media = await newMedia(database.url);
    const [service, order] = [await media.process(), await media.order()];
    await prepare(service, order);
    await service.withdrawDelivery(of(order), reason);
    expect(await service.publishDelivery(of(order), key)).toMatchObject({ state: 'refused' });
    expect(media.calls('freepublish/submit')).toBe(0);
    expect(await media.holds()).toEqual({ drafts: 0, posts: 0, readable: 0 });
  });

  test('waits for a publish call that may be on its way, and takes back what it published', async () => {
    media = await newMedia(database.url);
    const order = await media.order();
    await prepare(await media.process(), order);
    await expect(
      (await media.process({ death: 'before confirmed' })).publishDelivery(of(order), key),
    ).rejects.toThrow();
    const early = await media.process({ attemptMs: 60_000 });
    await expect(early.withdrawDelivery(of(order), reason)).rejects.toThrow('可能仍在途中');
    expect(await early.publishDelivery(of(order), key)).toMatchObject({ state: 'refused' });
    await (await media.process()).withdrawDelivery(of(order), reason);
    expect(await media.holds()).toEqual({ drafts: 0, posts: 1, readable: 0 });
  });

  test('waits while WeChat publishes, and takes the post back as soon as it is out', async () => {
    let clock = Date.now();
    const now = () => clock;
    media = await newMedia(database.url, { account: { publishMilliseconds: 20_000 }, clock: now });
    const [service, order] = [await media.process({ now }), await media.order()];
    await prepare(service, order);
    expect(await service.publishDelivery(of(order), key)).toEqual({ state: 'running' });
    await expect(service.withdrawDelivery(of(order), reason)).rejects.toThrow('发布后立即撤回');
    clock += 21_000;
    await service.withdrawDelivery(of(order), reason);
    expect(await media.holds()).toEqual({ drafts: 0, posts: 1, readable: 0 });
  });
});
