import { randomUUID } from 'node:crypto';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { EventBus, EventRecord } from '../../activities/ports/event-bus.ts';
import { encodeEvent } from '../../infra/kafka/event-codec.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import { ownEventKeys } from './event-keys.ts';
import { patiently } from './kafka-bench.ts';
import type { SampleRelease } from './website.ts';

/** Topics and keys of one test's own: the log of releases, where the website parks, and whom it believes. */
export async function ownReleaseLog(bus: EventBus) {
  const id = randomUUID();
  const names = { topic: `test.releases.${id}.v1`, dead: `test.dead.${id}.v1`, group: `website-${id}` };
  const settings = { 'retention.ms': '-1' };
  const specs = [
    { name: names.topic, partitions: 3, settings },
    { name: names.dead, partitions: 1, settings },
  ];
  await patiently(() => bus.ensureTopics(specs)); // a busy broker may not host yet what it has just made
  const { codecs, signers } = await ownEventKeys();
  const onLog = (event: ReleaseEvent): EventRecord => signers.core({ ...encodeEvent(event), topic: names.topic });
  const { decode } = codecs.website;
  return { ...names, decode, onLog, say: (...events: ReleaseEvent[]) => bus.publish(events.map(onLog)) };
}

/** The events of a release, as the core would announce them; puts the ciphertext where the website finds it. */
export async function eventsOf(release: SampleRelease, staging: BlobStore, committedAt = '2026-03-16T01:00:00.000Z') {
  const objects = await Promise.all(
    release.files.map(async ({ path, mediaType, plain, sealed }) => ({
      ...{ path, mediaType, sha256: digestOf(plain), bytes: plain.byteLength },
      ciphertext: { sha256: await staging.put(sealed), bytes: sealed.byteLength },
    })),
  );
  const { seal, key } = release;
  return {
    prepare: release.event('release.prepare.v1', { seal, channels: [{ channel: 'website', objects }] }),
    go: release.event('release.go.v1', {
      ...{ seal, committedAt, channels: ['website'], key: Buffer.from(key).toString('base64') },
    }),
    rollBack: release.event('release.rolled-back.v1', { reason: '渠道未就绪' }),
    withdraw: release.event('release.withdrawn.v1', {
      reason: '附件数据有误',
      withdrawnAt: '2026-03-17T02:00:00.000Z',
    }),
  };
}
