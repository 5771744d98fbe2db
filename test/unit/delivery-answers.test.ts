import { describe, expect, test } from 'vitest';
import { Digest } from '../../schemas/text.ts';
import { type Answer, channelFinding, channelReport, type Seen } from '../../workflows/delivery/answers.ts';

const accountOf = (id: string) => ({ id, name: `公众号 ${id}` });
const said = (id: string, state: Answer['state'], changes: Partial<Answer> = {}): Answer => ({
  account: accountOf(id),
  state,
  at: '2026-03-02T01:00:00Z',
  detail: { zh: `${id} 的话`, en: `words of ${id}` },
  ...changes,
});
const report = (main: Answer, ...others: Answer[]) => channelReport([main, ...others]);

describe('what a channel says of its accounts', () => {
  test('one account speaks for itself', () => {
    const alone = said('a', 'refused');
    expect(report(alone)).toEqual(alone);
  });

  test('all well is told with the address of the main account and the latest instant', () => {
    const later = said('b', 'live', { at: '2026-03-02T09:00:01+08:00', url: 'https://mp.example/s/b' });
    expect(report(said('a', 'live', { url: 'https://mp.example/s/a' }), later)).toEqual({
      state: 'live',
      at: later.at,
      digests: [],
      url: 'https://mp.example/s/a',
      detail: {
        zh: '2 个账号：公众号 a：a 的话；公众号 b：b 的话',
        en: '2 accounts: 公众号 a (a): words of a; 公众号 b (b): words of b',
      },
    });
  });

  test('a doubt weighs more than a refusal, and both are named', () => {
    const { state, detail } = report(said('a', 'live'), said('b', 'refused'), said('c', 'unknown'));
    expect([state, detail?.zh]).toEqual(['unknown', '3 个账号中有 2 个未成功：公众号 b：b 的话；公众号 c：c 的话']);
  });

  test('a thousand that fail are counted, and twenty named', () => {
    const [first, ...rest] = Array.from({ length: 1000 }, (_, at) => said(`n${at}`, 'refused')) as [
      Answer,
      ...Answer[],
    ];
    const { detail } = report(first, ...rest);
    expect(detail?.zh).toMatch(/^1000 个账号中有 1000 个未成功：公众号 n0：.*公众号 n19：n19 的话；另有 980 个$/);
    expect(detail?.en).toMatch(/and 980 more$/);
  });
});

describe('what a channel shows of its accounts', () => {
  const digests = [Digest.parse('a'.repeat(64))];
  const seen = (id: string, state: Seen['state'], shown = state === 'absent' ? [] : digests): Seen => ({
    account: accountOf(id),
    state,
    digests: shown,
    detail: null,
  });

  test('the same everywhere is whole', () => {
    expect(channelFinding([seen('a', 'public'), seen('b', 'public')])).toMatchObject({ state: 'public', digests });
  });

  test.each([
    ['one that nobody was told of is public', seen('a', 'absent'), seen('b', 'public'), 'public'],
    ['one that cannot be asked', seen('a', 'staged'), seen('b', 'unknown', []), 'unknown'],
    ['one that is not taken back', seen('a', 'withdrawn', []), seen('b', 'public'), 'public'],
    ['one that shows something else', seen('a', 'public'), seen('b', 'public', []), 'public'],
  ] as const)('%s is not hidden by the others: no digest stands for all', (_what, one, other, state) => {
    expect(channelFinding([one, other])).toMatchObject({ state, digests: [] });
  });
});
