import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryActivities, PublishStep } from '../../activities/delivery/types.ts';
import { permanent } from '../../schemas/failures.ts';
import { type DeliveryRun, deliver } from '../support/delivery-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());
type Given = Parameters<typeof deliver>[2];
const run = (use: (run: DeliveryRun) => Promise<void>, given?: Given) => deliver(environment, use, given);

const refused = permanent('ChannelRefused', { zh: '标题过长', en: 'title too long' });
const unknown = { state: 'unknown', detail: { zh: '没有应答', en: 'no answer' } } as const;
const live = (account: string): PublishStep => ({
  state: 'live',
  at: new Date().toISOString(),
  url: `https://mp.example/s/${account}`,
  detail: { zh: '已发布', en: 'published' },
});

test('is invisible until it is told to go, then published once and read back', async () => {
  await run(async ({ prepare, go, calls }) => {
    await prepare();
    expect(calls).toEqual(['prepare a', 'receipt ready']);
    await go();
    // Reading back begins while the receipt is on its way: either may come first.
    const [publish, poll, live, verify, verified] = [
      'publish a with key',
      'poll a',
      'receipt live',
      'verify a',
      'receipt verified',
    ];
    expect(calls.slice(2).filter((call) => call !== verify)).toEqual([publish, poll, live, verified]);
    expect(calls.filter((call) => call === verify)).toHaveLength(1);
  });
});

test('discards what it prepared when the release does not happen', async () => {
  await run(async ({ prepare, discard, calls }) => {
    await prepare();
    await discard();
    expect(calls).toEqual(['prepare a', 'receipt ready', 'discard a', 'receipt discarded']);
  });
});

test('a provider’s final no is reported as refused and never tried again', async () => {
  let tries = 0;
  const prepareDelivery = async () => {
    tries++;
    throw refused;
  };
  await run(
    async ({ prepare, calls, receipts }) => {
      await prepare();
      expect([tries, calls]).toEqual([1, ['receipt refused']]);
      expect(receipts[0]?.detail).toEqual({ zh: '标题过长', en: 'title too long' });
    },
    { prepareDelivery },
  );
});

test('an order that was closed before it came is refused, and nothing is prepared', async () => {
  await run(
    async ({ prepare, calls }) => {
      await prepare();
      expect(calls).toEqual(['receipt refused']);
    },
    {
      acceptOrder: async () => {
        throw refused;
      },
    },
  );
});

test('an outage is waited out: the same step is tried until the provider answers', async () => {
  let tries = 0;
  const verifyDelivery: DeliveryActivities['verifyDelivery'] = async () => {
    if (++tries < 4) throw new Error('connection refused');
    return { digests: [], at: new Date().toISOString(), url: null, detail: { zh: '相符', en: 'same' } };
  };
  await run(
    async ({ go, calls }) => {
      await go();
      expect(tries).toBe(4);
      expect(calls.filter((call) => call.startsWith('publish'))).toHaveLength(1);
      expect(calls.at(-1)).toBe('receipt verified');
    },
    { verifyDelivery },
  );
});

test('an unknown outcome is said once, asked about until it is known, and published no second time', async () => {
  let [published, polls] = [0, 0];
  await run(
    async ({ go, receipts }) => {
      await go();
      expect(receipts.map(({ state }) => state)).toEqual(['unknown', 'live', 'verified']);
      expect([published, polls]).toEqual([1, 500]);
    },
    {
      publishDelivery: async () => {
        published++;
        return unknown;
      },
      pollDelivery: async ({ account }) => (++polls < 500 ? unknown : live(account)), // days
    },
  );
});

describe('what Temporal has to write', () => {
  /** Activities that Temporal gave out, each at the cost of a task of the workflow. */
  const handedOut = async (handle: WorkflowHandle) =>
    ((await handle.fetchHistory()).events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: given }) => given?.activityType?.name ?? [],
    );

  test('is no step of a delivery whose provider answers at once', async () => {
    await run(
      async ({ prepare, go, withdraw, discard }) => {
        for (const handle of [await prepare(), await go(), await withdraw(), await discard()])
          expect(await handedOut(handle)).toEqual([]);
      },
      { accounts: ['a', 'b'].map((id) => ({ id, name: id })) },
    );
  });

  test('is the step that a provider who was away did not take, and no other', async () => {
    let tries = 0;
    const publishDelivery = async () => {
      if (++tries < 3) throw new Error('connection refused');
      return live('a');
    };
    await run(async ({ go }) => expect(await handedOut(await go())).toEqual(['publishDelivery']), { publishDelivery });
    expect(tries).toBe(3);
  });

  test('is each step on each account where there are many: their answers do not fit into one task', async () => {
    const accounts = Array.from({ length: 20 }, (_, at) => ({ id: `${at}`, name: `${at}` }));
    await run(
      async ({ prepare }) => expect(await handedOut(await prepare())).toEqual(accounts.map(() => 'prepareDelivery')),
      { accounts },
    );
  });
});

describe('with several accounts', () => {
  const accounts = [
    { id: 'a', name: '甲号' },
    { id: 'b', name: '乙号' },
    { id: 'c', name: '丙号' },
  ];

  test('speaks once for all, when the last has come so far', async () => {
    await run(
      async ({ prepare, go, calls, receipts }) => {
        await prepare();
        await go();
        expect(receipts.map(({ state }) => state)).toEqual(['ready', 'live', 'verified']);
        expect(receipts[2]).toMatchObject({ url: 'https://mp.example/s/a', attempt: 1 });
        expect(receipts[2]?.detail?.zh).toBe('3 个账号：甲号：已发布；乙号：已发布；丙号：已发布');
        for (const { id } of accounts) expect(calls.filter((call) => call.startsWith(`publish ${id}`))).toHaveLength(1);
      },
      { accounts },
    );
  });

  test('one that refuses is named and makes the channel refused, while the others are delivered', async () => {
    await run(
      async ({ go, calls, receipts }) => {
        await go();
        expect(receipts).toMatchObject([{ state: 'refused' }]);
        expect(receipts[0]?.detail?.zh).toBe('3 个账号中有 1 个未成功：乙号：标题过长');
        expect(calls).toContain('verify a');
        expect(calls).toContain('verify c');
      },
      {
        accounts,
        publishDelivery: async ({ account }) =>
          account === 'b' ? { state: 'refused', detail: { zh: '标题过长', en: 'title too long' } } : live(account),
      },
    );
  });

  test('one whose outcome nobody knows makes the channel unknown, and holds up no other', async () => {
    let polls = 0;
    await run(
      async ({ go, receipts }) => {
        await go();
        expect(receipts.map(({ state }) => state)).toEqual(['unknown', 'live', 'verified']);
        expect(receipts[0]?.detail?.zh).toBe('3 个账号中有 1 个未成功：丙号：没有应答');
      },
      {
        accounts,
        publishDelivery: async ({ account }) => (account === 'c' ? unknown : live(account)),
        pollDelivery: async ({ account }) => (++polls < 5 ? unknown : live(account)),
      },
    );
  });

  test('one whose provider is away for long makes the channel unknown meanwhile, and is waited for', async () => {
    let tries = 0;
    await run(
      async ({ go, receipts }) => {
        await go();
        expect(receipts.map(({ state }) => state)).toEqual(['unknown', 'live', 'verified']);
        expect(receipts[0]?.detail?.zh).toContain('3 个账号中有 1 个未成功：乙号：平台一直没有应答');
      },
      {
        accounts,
        publishDelivery: async ({ account }) => {
          if (account === 'b' && ++tries < 30) throw new Error('connection refused'); // a minute apart
          return live(account);
        },
      },
    );
  });

  test('one that differs when it is read back is named after the channel was live', async () => {
    await run(
      async ({ go, receipts }) => {
        await go();
        expect(receipts.map(({ state }) => state)).toEqual(['live', 'refused']);
        expect(receipts[1]?.detail?.en).toBe('1 of 3 accounts did not succeed: 乙号 (b): title too long');
      },
      {
        accounts,
        verifyDelivery: async ({ account }) => {
          if (account === 'b') throw refused;
          return { digests: [], at: new Date().toISOString(), url: null, detail: { zh: '相符', en: 'same' } };
        },
      },
    );
  });

  test('a retry prepares anew what is not public, says its own try, and ends verified', async () => {
    let mended = false;
    await run(
      async ({ go, calls, receipts }) => {
        await go();
        mended = true;
        calls.length = 0;
        await go(2);
        expect(receipts.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual([
          'refused 1',
          'live 2',
          'verified 2',
        ]);
        expect(calls).toContain('prepare b');
      },
      {
        accounts,
        publishDelivery: async ({ account }) =>
          account === 'b' && !mended ? { state: 'refused', detail: { zh: '额度用完', en: 'no quota' } } : live(account),
      },
    );
  });

  test('a withdrawal that one account refuses is refused, and a retry finishes it', async () => {
    let mended = false;
    await run(
      async ({ withdraw, receipts }) => {
        await withdraw();
        mended = true;
        await withdraw(2);
        expect(receipts.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(['refused 1', 'withdrawn 2']);
        expect(receipts[0]?.detail?.zh).toContain('乙号：标题过长');
      },
      {
        accounts,
        withdrawDelivery: async ({ account }) => {
          if (account === 'b' && !mended) throw refused;
          return { at: new Date().toISOString(), detail: { zh: '已删除', en: 'deleted' } };
        },
      },
    );
  });

  test('an inspection finds the channel public where one account is, and names those that differ', async () => {
    await run(
      async ({ inspect, inspections, receipts }) => {
        await inspect();
        expect(inspections).toMatchObject([{ state: 'public', digests: [] }]);
        expect(inspections[0]?.detail?.zh).toBe('甲号：absent；丙号：absent');
        expect(receipts).toEqual([]);
      },
      {
        accounts,
        inspectDelivery: async ({ account }) =>
          ({ state: account === 'b' ? 'public' : 'absent', digests: [], detail: null }) as const,
      },
    );
  });
});
