import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BundleId } from '../../../schemas/bundle.ts';
import { ReleaseEvent } from '../../../schemas/events.ts';
import { ReleaseId } from '../../../schemas/release.ts';
import { createLogReading } from '../../../services/website/what-the-log-says.ts';
import { digest } from '../../support/release-fixture.ts';

const seal = digest('seal');
const file = { path: 'index.html', mediaType: 'text/html', sha256: digest('page'), bytes: 4 };

/** The orders of one release; each call is an event of its own id. */
function orders(bundleId = BundleId.parse(randomUUID())) {
  const releaseId = ReleaseId.parse(randomUUID());
  const event = (type: ReleaseEvent['type'], data: object): ReleaseEvent =>
    ReleaseEvent.parse({
      ...{ specversion: '1.0', id: randomUUID(), source: 'test', type, subject: bundleId },
      ...{ time: '2026-03-02T01:00:00.000Z', datacontenttype: 'application/json', data: { releaseId, ...data } },
    });
  return {
    bundleId,
    releaseId,
    prepare: (channel = 'website') =>
      event('release.prepare.v1', { seal, channels: [{ channel, objects: [{ ...file, ciphertext: null }] }] }),
    go: (day: string, group: string[] = [], channels = ['website']) =>
      event('release.go.v1', { seal, committedAt: `2026-03-${day}T01:00:00.000Z`, channels, key: 'AAAA', group }),
    rollBack: () => event('release.rolled-back.v1', { reason: 'x' }),
    withdraw: () => event('release.withdrawn.v1', { reason: 'x', withdrawnAt: '2026-03-20T01:00:00.000Z' }),
  };
}
function shown(events: ReleaseEvent[]) {
  const reading = createLogReading();
  for (const event of events) reading.add(event);
  return [...reading.shows().values()].map(({ releaseId, state, files }) => [releaseId, state, files.length]);
}

test('what went is public, what was withdrawn after that leaves a tombstone, what never went leaves nothing', () => {
  const [live, gone, never, elsewhere] = [orders(), orders(), orders(), orders()];
  const events = [live.prepare(), gone.prepare(), never.prepare(), live.go('02'), gone.go('02')];
  const others = [elsewhere.prepare('wechat'), elsewhere.go('02', [], ['wechat'])];
  expect(shown([...events, ...others, gone.withdraw(), never.withdraw()])).toEqual([
    [live.releaseId, 'live', 1],
    [gone.releaseId, 'withdrawn', 0],
  ]);
});

test('of a group nothing is public until the last member went; a member that was withdrawn first keeps all back', () => {
  const [one, two] = [orders(), orders()];
  const group = [one.releaseId, two.releaseId];
  const half = [one.prepare(), two.prepare(), one.go('02', group)];
  expect(shown(half)).toEqual([]);
  expect(shown([...half, two.go('02', group)])).toHaveLength(2);
  expect(shown([...half, one.withdraw(), two.go('02', group)])).toEqual([]);
});

test('the release that was committed last is shown, whatever comes when; rolled back, the one before it', () => {
  const older = orders();
  const newer = orders(older.bundleId);
  const both = [older.prepare(), newer.prepare(), newer.go('03'), older.go('02')];
  expect(shown(both)).toEqual([[newer.releaseId, 'live', 1]]);
  expect(shown([...both, newer.withdraw()])).toEqual([[newer.releaseId, 'withdrawn', 0]]);
  expect(shown([...both, newer.rollBack()])).toEqual([[older.releaseId, 'live', 1]]);
});

test('a repeat changes nothing, and a withdrawal that comes first is final', () => {
  const release = orders();
  const prepare = release.prepare();
  const withRepeat = [prepare, release.go('02'), release.rollBack(), prepare];
  expect(shown([...withRepeat, release.go('04')])).toEqual([]);
  expect(shown([...withRepeat, release.prepare(), release.go('05')])).toEqual([[release.releaseId, 'live', 1]]);
  expect(shown([release.withdraw(), release.prepare(), release.go('02')])).toEqual([]);
});
