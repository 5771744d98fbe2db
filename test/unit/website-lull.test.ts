import { expect, test } from 'vitest';
import { createLull } from '../../services/website/lull.ts';

/** A lull whose clock goes on only while somebody waits; an order comes every `everyMs`, `orders` times. */
function lullWith({ orders, everyMs }: { orders: number; everyMs: number }) {
  let now = 0;
  const lull = createLull({
    ...{ quietMs: 100, mostMs: 1_000, now: () => now },
    pause: async (ms) => {
      for (const until = now + ms; now < until; now += 1)
        if (now % everyMs === 0 && now / everyMs < orders) lull.stir();
    },
  });
  return { lull, now: () => now };
}

test('it is quiet at once where no order has come', async () => {
  const { lull, now } = lullWith({ orders: 0, everyMs: 1 });
  await lull.quiet();
  expect(now()).toBe(0);
});

test('it is quiet once no order has come for a while, and nobody waits for ever', async () => {
  const burst = lullWith({ orders: 4, everyMs: 50 });
  burst.lull.stir();
  await burst.lull.quiet();
  expect(burst.now()).toBe(250);
  const stream = lullWith({ orders: Number.POSITIVE_INFINITY, everyMs: 50 });
  stream.lull.stir();
  await stream.lull.quiet();
  expect(stream.now()).toBe(1_000);
});
