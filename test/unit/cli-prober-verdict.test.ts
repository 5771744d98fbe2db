import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, type Observation } from '../../services/cli/prober/verdict.ts';

const ask = (page: string, requestedAt: number, answeredAt: number, visible: boolean, group = 'site'): Observation => ({
  group,
  page,
  requestedAt,
  answeredAt,
  visible,
});

describe('a tear', () => {
  test('is a request for one page, started after another page was answered in public, and answered without it', () => {
    const { tornWindowMs, tears } = judge([ask('policy', 10, 12, true), ask('text', 13, 15, false)]);
    expect(tears).toEqual([{ group: 'site', missing: 'text', shown: 'policy', from: 12, to: 15 }]);
    expect(tornWindowMs).toBe(3);
  });

  test('is found in either direction: interpretation without policy counts as well', () => {
    expect(judge([ask('text', 10, 12, true), ask('policy', 13, 15, false)]).tornWindowMs).toBe(3);
  });

  test('is not proven by requests that overlap, nor by ones that touch', () => {
    expect(judge([ask('policy', 10, 20, true), ask('text', 15, 25, false)]).tears).toEqual([]);
    expect(judge([ask('policy', 10, 20, true), ask('text', 20, 25, false)]).tears).toEqual([]);
  });

  test('is found whatever the order in which the observations were reported', () => {
    expect(judge([ask('text', 13, 15, false), ask('policy', 10, 12, true)]).tornWindowMs).toBe(3);
  });

  test('lasts until the last answer without the page', () => {
    const seen = [
      ask('policy', 0, 10, true),
      ask('text', 11, 13, false),
      ask('text', 500, 510, false),
      ask('text', 520, 521, true),
    ];
    expect(judge(seen).tornWindowMs).toBe(500);
  });

  test('is not hidden by a slow request that was started before and answered after it', () => {
    const seen = [
      ask('text', 1, 100, false),
      ask('policy', 5, 10, true),
      ask('text', 20, 30, false),
      ask('text', 101, 102, true),
    ];
    expect(judge(seen).tornWindowMs).toBe(20);
  });

  test('counts per channel: another channel that goes later is not a tear', () => {
    expect(judge([ask('policy', 10, 12, true, 'site'), ask('policy', 13, 15, false, 'wechat')]).tears).toEqual([]);
  });

  test('is found where a page vanishes while another still shows, from when it was last met', () => {
    const seen = [
      ask('policy', 10, 11, true),
      ask('text', 10, 11, true),
      ask('text', 100, 101, true),
      ask('policy', 104, 105, true),
      ask('text', 110, 112, false),
      ask('policy', 114, 115, true),
    ];
    expect(judge(seen).tears).toEqual([{ group: 'site', missing: 'text', shown: 'policy', from: 101, to: 112 }]);
  });

  test('is not found where all pages vanish together: a rollback is whole', () => {
    const seen = [
      ask('policy', 10, 11, true),
      ask('text', 10, 11, true),
      ask('policy', 100, 102, false),
      ask('text', 100, 102, false),
      ask('text', 103, 104, false),
      ask('policy', 103, 104, false),
    ];
    expect(judge(seen).tears).toEqual([]);
  });

  test('is not found where all pages vanish together and come back together', () => {
    const seen = [0, 200, 400].flatMap((from, i) =>
      ['policy', 'text'].flatMap((page) => [
        ask(page, from, from + 5, i !== 1),
        ask(page, from + 50, from + 55, i !== 1),
      ]),
    );
    expect(judge(seen).tears).toEqual([]);
  });

  test('is found where one page flashed up and the other never came, even after the flash', () => {
    const seen = [ask('policy', 10, 11, true), ask('policy', 12, 13, false), ask('text', 50, 51, false)];
    expect(judge(seen).tears.map(({ missing }) => missing)).toContain('text');
  });

  test('is found on one address family when the other already shows the page', () => {
    expect(judge([ask('policy ipv4', 10, 12, true), ask('policy ipv6', 13, 15, false)]).tears).toHaveLength(1);
  });
});

describe('a whole release', () => {
  test('has no tear: everything absent, one switch, everything there', () => {
    const seen = ['policy', 'text', 'qa'].flatMap((page, lane) =>
      Array.from({ length: 100 }, (_, i) => ask(page, i * 10 + lane, i * 10 + lane + 4, i * 10 + lane + 2 >= 500)),
    );
    const verdict = judge(seen);
    expect(verdict).toMatchObject({ samples: 300, tears: [], tornWindowMs: 0, neverVisible: [], lateStart: [] });
    expect(verdict.earliestVisibleAt).toBe(504);
  });

  test('has no tear for any one instant of switching, and has one for two instants that requests fall between', () => {
    const lanes = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(lanes, fc.integer({ min: 100, max: 900 }), fc.integer({ min: 40, max: 80 }), (shape, at, gap) => {
        const observe = (switchAt: (lane: number) => number) =>
          shape.flatMap(([offset, takes], lane) =>
            Array.from({ length: 110 }, (_, i) => {
              const start = i * 10 + offset;
              return ask(`page-${lane}`, start, start + takes, start + takes / 2 >= switchAt(lane));
            }),
          );
        expect(judge(observe(() => at)).tornWindowMs).toBe(0);
        expect(judge(observe((lane) => (lane === 0 ? at + gap : at))).tornWindowMs).toBeGreaterThan(0);
      }),
    );
  });
});

describe('what the prober could not see', () => {
  test('a page that was never met in public is named', () => {
    expect(judge([ask('policy', 1, 2, false), ask('text', 1, 2, false)]).neverVisible).toEqual([
      { group: 'site', page: 'policy' },
      { group: 'site', page: 'text' },
    ]);
  });

  test('a page that was first asked for when another was public already is named', () => {
    const seen = [ask('policy', 1, 2, false), ask('policy', 10, 11, true), ask('text', 12, 13, true)];
    expect(judge(seen).lateStart).toEqual([{ group: 'site', page: 'text' }]);
  });

  test('nothing at all gives no earliest moment and no samples', () => {
    expect(judge([])).toMatchObject({ samples: 0, earliestVisibleAt: null, tornWindowMs: 0 });
  });
});
