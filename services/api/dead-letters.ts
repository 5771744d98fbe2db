import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DeadLetterStore } from '../../activities/ports/dead-letter-store.ts';
import type { EventBus, EventRecord } from '../../activities/ports/event-bus.ts';
import type { Person } from '../../schemas/configuration.ts';
import {
  type DeadLetter,
  DeadLettersAnswer,
  type LetterAct,
  LetterId,
  LetterParkBody,
  LetterReasonBody,
} from '../../schemas/dead-letters.ts';
import { type Letter, lettersOf, type ParkingConsumer } from './letters.ts';
import { Refusal } from './refusal.ts';
import type { PersonOf } from './sign-in.ts';

export type DeadLetterDeps = {
  bus: Pick<EventBus, 'read' | 'publish' | 'lag'>;
  store: DeadLetterStore;
  consumers: readonly ParkingConsumer[];
  /** Everybody who can be named as the owner of a letter. */
  people: readonly Person[];
};
type Deps = DeadLetterDeps & { personOf: PersonOf };

/** A person waits for the answer; a broker that is away is said to be away. */
const readWithinMs = 15_000;

/** 死信: operators decide on records that a consumer could not handle, auditors may look. The payload is shown to nobody. */
export function serveDeadLetters(api: FastifyInstance, { bus, store, consumers, people, personOf }: Deps): void {
  const readerOf = (request: FastifyRequest): Person => personOf(request, 'auditor', 'operator');

  async function readLetters(): Promise<{ letters: Letter[]; foreign: number }> {
    const records: EventRecord[] = [];
    await bus.read({
      topics: consumers.map(({ deadLetterTopic }) => deadLetterTopic),
      each: (record) => void records.push(record),
      signal: AbortSignal.timeout(readWithinMs),
    });
    return lettersOf(records, await store.decisions(), consumers);
  }

  async function letterOf(id: LetterId): Promise<Letter> {
    const letter = (await readLetters()).letters.find(({ shown }) => shown.id === id);
    if (letter) return letter;
    throw new Refusal('NotFound', { zh: `没有死信 ${id}`, en: `There is no dead letter ${id}` });
  }
  const idOf = (request: FastifyRequest): LetterId => z.object({ letter: LetterId }).parse(request.params).letter;

  api.get('/v1/dead-letters', async (request): Promise<DeadLettersAnswer> => {
    readerOf(request);
    const { letters, foreign } = await orAway(readLetters());
    const lag = await orAway(
      Promise.all(
        consumers.map(async ({ name, topics }) => ({
          consumer: name,
          records: Number(await bus.lag(name, [...topics])),
        })),
      ),
    );
    return DeadLettersAnswer.parse({ letters: letters.map(({ shown }) => shown), foreign, lag });
  });

  api.get('/v1/dead-letters/:letter', async (request): Promise<DeadLetter> => {
    readerOf(request);
    return (await orAway(letterOf(idOf(request)))).shown;
  });

  /** The decision has its row before anything happens: nothing leaves without a name, whatever breaks then. */
  const decide = (act: LetterAct, body: z.ZodType<LetterParkBody>) => async (request: FastifyRequest) => {
    const actorId = personOf(request, 'operator').id;
    const { reason, owner = actorId } = body.parse(request.body);
    if (!people.some(({ id }) => id === owner)) {
      throw new Refusal('BadRequest', { zh: `没有人员“${owner}”`, en: `There is nobody called "${owner}"` });
    }
    const { shown, original } = await orAway(letterOf(idOf(request)));
    const { decisionId } = await store.decide(shown, { act, actorId, reason, owner: act === 'park' ? owner : null });
    if (act === 'retry') {
      // The original, byte for byte, under the id that it had: whoever has handled it already drops it.
      await orAway(bus.publish([original]));
      await store.markSent(decisionId);
    }
    return (await orAway(letterOf(shown.id))).shown;
  };
  api.post('/v1/dead-letters/:letter/retry', decide('retry', LetterReasonBody));
  api.post('/v1/dead-letters/:letter/park', decide('park', LetterParkBody));
  api.post('/v1/dead-letters/:letter/discard', decide('discard', LetterReasonBody));
}

async function orAway<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const away = error instanceof Error && ['TransientFailure', 'TimeoutError'].includes(error.name);
    if (!away) throw error;
    throw new Refusal(
      'DependencyDown',
      {
        zh: 'Kafka 暂时不可用；决定已经记下的，重试不一定已经送出',
        en: 'Kafka is not available; a retry that was recorded may not have been sent',
      },
      { mend: { zh: '稍后再试，重复操作是安全的', en: 'Try again later; a repeat is harmless' } },
    );
  }
}
