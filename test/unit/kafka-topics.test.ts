import { expect, test } from 'vitest';
import { topics } from '../../infra/kafka/topics.ts';
import { deadTopic, Topic } from '../../schemas/events.ts';

test('every topic that events travel on has its settings, and every consumer a place for dead letters', () => {
  const names = [...Object.values(Topic), ...['website', 'new-media', 'press', 'core'].map(deadTopic)];
  expect(topics.map(({ name }) => name).sort()).toEqual(names.sort());
});

test('releases and dead letters are kept for ever: a channel can be rebuilt, a letter waits for a person', () => {
  const kept = topics.filter(({ settings }) => settings['retention.ms'] === '-1').map(({ name }) => name);
  expect(kept).toContain(Topic.releases);
  expect(kept.filter((name) => name.includes('.dead.'))).toHaveLength(4);
});

test('no topic is compacted: a bundle has one key, and compaction would keep only its last event', () => {
  expect(new Set(topics.map(({ settings }) => settings['cleanup.policy']))).toEqual(new Set(['delete']));
});

test('a dead letter has room for the largest record and for the headers that tell of its failure', () => {
  const limit = (dead: boolean) =>
    topics
      .filter(({ name }) => name.includes('.dead.') === dead)
      .map(({ settings }) => Number(settings['max.message.bytes']));
  expect(Math.min(...limit(true))).toBeGreaterThan(Math.max(...limit(false)) + 64 * 1024);
});
