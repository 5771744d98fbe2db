import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryOrder } from '../../activities/delivery/types.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';
import { type NewMedia, newMedia } from '../support/new-media.ts';

// Several official accounts of one office, and what a second try of the channel does.
let database: TestDatabase;
let media: NewMedia;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
afterEach(() => media.close());

const key = '';
const reason = '附件数据有误';
const of = ({ releaseId, bundleId, channel }: DeliveryOrder, account: string, attempt = 1) => ({
  releaseId,
  bundleId,
  channel,
  account,
  attempt,
});
const [a, b] = [`a-${randomUUID().slice(0, 8)}`, `b-${randomUUID().slice(0, 8)}`];
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return permanentCause(error)?.message.zh ?? `no refusal: ${String(error)}`;
};

describe('several accounts', () => {
  test('get the one sealed post, each under its own author, and none sees what is another’s', async () => {
    media = await newMedia(database.url, { accounts: [{ id: a }, { id: b }] });
    const [service, order] = [await media.process(), await media.order({ author: undefined })];
    expect(await service.acceptOrder(order)).toEqual([
      { id: a, name: `公众号 ${a}` },
      { id: b, name: `公众号 ${b}` },
    ]);
    for (const account of [a, b]) await service.prepareDelivery(of(order, account));
    for (const account of [a, b]) await service.publishDelivery(of(order, account), key);
    const authors: (string | undefined)[] = [];
    for (const account of media.accounts) {
      expect(await media.holds(account)).toEqual({ drafts: 0, posts: 1, readable: 1 });
      const { item } = await media.client(account).listPublished(0);
      authors.push(item[0]?.content.news_item[0]?.author);
    }
    expect(authors).toEqual([`公众号 ${a}编辑`, `公众号 ${b}编辑`]);
    const digests = order.objects.map(({ sha256 }) => sha256);
    for (const account of [a, b]) expect((await service.verifyDelivery(of(order, account))).digests).toEqual(digests);
  });

  test('keep to those that the order came for: a repeat after a change of configuration adds none', async () => {
    media = await newMedia(database.url, { accounts: [{ id: a }, { id: b }] });
    const order = await media.order();
    const ids = async (service: Awaited<ReturnType<NewMedia['process']>>) =>
      (await service.acceptOrder(order)).map(({ id }) => id);
    expect(await ids(await media.process({ without: [b] }))).toEqual([a]);
    expect(await ids(await media.process())).toEqual([a]);
  });

  test('an account that the office has given up is refused by name, also to take a post back', async () => {
    media = await newMedia(database.url, { accounts: [{ id: a }, { id: b }] });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, b));
    await service.publishDelivery(of(order, b), key);
    const later = await media.process({ without: [b] });
    expect((await later.closeOrder(order)).map(({ id }) => id)).toEqual([a, b]);
    const text = await refusal(later.withdrawDelivery(of(order, b), reason));
    expect(text).toContain(`公众号 ${b} 不在 channels.yaml`);
    expect(text).toContain('手动删除');
    await (await media.process()).withdrawDelivery(of(order, b, 2), reason);
    expect(await media.holds(media.accounts[1])).toMatchObject({ readable: 0 });
  });

  test('a release that acts on an earlier one has to reach every account that got that one', async () => {
    media = await newMedia(database.url, { accounts: [{ id: a }, { id: b }] });
    const [service, first] = [await media.process(), await media.order()];
    await service.acceptOrder(first);
    await service.prepareDelivery(of(first, b));
    await service.publishDelivery(of(first, b), key);
    const later = await media.process({ without: [b] });
    const second = { ...(await media.order()), actsOn: [first.releaseId] };
    expect((await later.acceptOrder(second)).map(({ id }) => id)).toEqual([a, b]);
    expect(await refusal(later.prepareDelivery(of(second, b)))).toContain('不在 channels.yaml');
  });

  test('what one account may not do today holds up no other', async () => {
    media = await newMedia(database.url, {
      accounts: [{ id: a, dailyCalls: { '/cgi-bin/freepublish/get': 0 } }, { id: b }],
    });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    for (const account of [a, b]) await service.prepareDelivery(of(order, account));
    expect(await service.publishDelivery(of(order, a), key)).toMatchObject({ state: 'unknown' });
    expect(await service.publishDelivery(of(order, b), key)).toMatchObject({ state: 'live' });
  });
});

describe('a second try', () => {
  test('of a post that the platform review refused submits it again, once', async () => {
    media = await newMedia(database.url, { id: a, account: { objections: { review: ['一图读懂'] } } });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    const first = of(order, a);
    expect(await service.publishDelivery(first, key)).toMatchObject({ state: 'refused' });
    expect(await service.publishDelivery(first, key)).toMatchObject({ state: 'refused' }); // a repeat is no second try
    expect(media.calls('freepublish/submit')).toBe(1);
    await media.reconfigure({ objections: {} });
    const second = of(order, a, 2);
    await (await media.process()).prepareDelivery(second);
    expect(await (await media.process()).publishDelivery(second, key)).toMatchObject({ state: 'live' });
    await (await media.process()).prepareDelivery(of(order, a, 3));
    expect(await (await media.process()).publishDelivery(of(order, a, 3), key)).toMatchObject({ state: 'live' });
    expect(media.calls('freepublish/submit')).toBe(2);
    expect(await media.holds()).toEqual({ drafts: 0, posts: 1, readable: 1 });
  });

  test('finds what an administrator published from the draft box, and publishes nothing beside it', async () => {
    media = await newMedia(database.url, { id: a, account: { objections: { review: ['一图读懂'] } } });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    expect(await service.publishDelivery(of(order, a), key)).toMatchObject({ state: 'refused' });
    await media.reconfigure({ objections: {} });
    const [draft] = (await media.client().listDrafts(0)).item;
    await media.client().submitPublish(draft?.media_id ?? '');
    await service.prepareDelivery(of(order, a, 2));
    expect(await service.publishDelivery(of(order, a, 2), key)).toMatchObject({ state: 'live' });
    expect(await media.holds()).toEqual({ drafts: 0, posts: 1, readable: 1 });
  });

  test('of a post that somebody deleted publishes it again', async () => {
    media = await newMedia(database.url, { id: a });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    await service.publishDelivery(of(order, a), key);
    const [post] = (await media.client().listPublished(0)).item;
    await media.client().deleteArticle(post?.article_id ?? '');
    expect(await refusal(service.verifyDelivery(of(order, a)))).toContain('文章已被删除');
    await service.prepareDelivery(of(order, a, 2));
    expect(await service.publishDelivery(of(order, a, 2), key)).toMatchObject({ state: 'live' });
    await service.verifyDelivery(of(order, a, 2));
    expect(await media.holds()).toEqual({ drafts: 0, posts: 2, readable: 1 });
  });

  test('after the record was lost takes the public post over, and publishes none beside it', async () => {
    media = await newMedia(database.url, { id: a });
    const order = await media.order();
    const before = await media.process();
    await before.acceptOrder(order);
    await before.prepareDelivery(of(order, a));
    await before.publishDelivery(of(order, a), key);
    await media.forget();
    const service = await media.process();
    expect(await service.accountsOf(order)).toMatchObject([{ id: a }]);
    expect(await service.inspectDelivery(of(order, a))).toMatchObject({ state: 'public' });
    expect(await service.publishDelivery(of(order, a), key)).toMatchObject({ state: 'refused' });
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a, 2));
    expect(await service.publishDelivery(of(order, a, 2), key)).toMatchObject({ state: 'live' });
    await service.verifyDelivery(of(order, a, 2));
    expect(await media.holds()).toEqual({ drafts: 0, posts: 1, readable: 1 });
    await media.forget();
    await (await media.process()).withdrawDelivery(of(order, a), reason);
    expect(await media.holds()).toMatchObject({ readable: 0 });
  });

  test('of an outcome that nobody knows asks, and submits nothing', async () => {
    media = await newMedia(database.url, { id: a });
    const order = await media.order();
    const service = await media.process();
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    await expect(
      (await media.process({ death: 'before confirmed' })).publishDelivery(of(order, a), key),
    ).rejects.toThrow();
    const again = await media.process();
    await again.prepareDelivery(of(order, a, 2));
    expect(await again.publishDelivery(of(order, a, 2), key)).toMatchObject({ state: 'live' });
    expect(media.calls('freepublish/submit')).toBe(1);
  });

  test('of a withdrawal that WeChat refused finds the post that was deleted by hand', async () => {
    media = await newMedia(database.url, { id: a, account: { dailyCalls: { '/cgi-bin/freepublish/delete': 0 } } });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    await service.publishDelivery(of(order, a), key);
    const text = await refusal(service.withdrawDelivery(of(order, a), reason));
    expect(text).toContain('手动删除该文章，然后重试');
    expect(await service.inspectDelivery(of(order, a))).toMatchObject({ state: 'public' });
    await media.reconfigure({ dailyCalls: {} });
    const [post] = (await media.client().listPublished(0)).item;
    await media.client().deleteArticle(post?.article_id ?? ''); // as a person does on the website
    expect((await service.withdrawDelivery(of(order, a, 2), reason)).detail.zh).toContain('已删除');
    expect(await service.inspectDelivery(of(order, a))).toMatchObject({ state: 'withdrawn' });
  });
});

describe('an inspection', () => {
  test('says at every stage what readers get, and changes nothing', async () => {
    media = await newMedia(database.url, { id: a });
    const [service, order] = [await media.process(), await media.order()];
    const digests = order.objects.map(({ sha256 }) => sha256);
    const look = async () => {
      const before = [await media.holds(), media.calls('draft/add'), media.calls('freepublish/submit')];
      const { state, digests: found } = await service.inspectDelivery(of(order, a));
      const after = [await media.holds(), media.calls('draft/add'), media.calls('freepublish/submit')];
      expect(after).toEqual(before);
      return [state, found];
    };
    expect(await look()).toEqual(['absent', []]);
    await service.acceptOrder(order);
    expect(await look()).toEqual(['absent', []]);
    await service.prepareDelivery(of(order, a));
    expect(await look()).toEqual(['staged', digests]);
    await service.publishDelivery(of(order, a), key);
    expect(await look()).toEqual(['public', digests]);
    await service.withdrawDelivery(of(order, a), reason);
    expect(await look()).toEqual(['withdrawn', []]);
  });

  test('finds a post that was published by hand, of which our own record knows nothing', async () => {
    media = await newMedia(database.url, { id: a });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    const [draft] = (await media.client().listDrafts(0)).item;
    await media.client().submitPublish(draft?.media_id ?? '');
    expect(await service.inspectDelivery(of(order, a))).toMatchObject({ state: 'public' });
  });

  test('does not guess while WeChat cannot be asked', async () => {
    media = await newMedia(database.url, { id: a });
    const [service, order] = [await media.process(), await media.order()];
    await service.acceptOrder(order);
    await service.prepareDelivery(of(order, a));
    media.proxy.fault(() => 'cut');
    expect(await service.inspectDelivery(of(order, a))).toMatchObject({ state: 'unknown', digests: [] });
  });
});
