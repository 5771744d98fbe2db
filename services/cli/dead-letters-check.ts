import type { Check } from '../../infra/local/doctor.ts';
import type { DeadLettersAnswer } from '../../schemas/dead-letters.ts';
import { ageInWords } from './dead-letters-view.ts';
import { CliFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';

/** More than the events of a hundred bundles at one T0: a consumer that is well has not that many before it. */
const muchLag = 1_000;

/** What `doctor` says of the running system's consumers; nothing where it cannot be asked. */
export async function consumerChecks(invocation: Invocation, now = new Date()): Promise<Check[]> {
  try {
    const answer = await (await invocation.connect('read')).deadLetters();
    return [letterCheck(answer, now), lagCheck(answer)];
  } catch (error) {
    if (error instanceof CliFailure) return []; // nothing runs, or Kafka is away: other checks say so
    throw error;
  }
}

export function letterCheck({ letters, foreign }: Omit<DeadLettersAnswer, 'lag'>, now: Date): Check {
  const name = 'dead letters';
  const [oldest, ...others] = letters.filter(({ state }) => state === 'open');
  const kept = letters.filter(({ state }) => state === 'kept').length;
  if (!oldest && foreign === 0) {
    return {
      ...{ name, status: 'ok' },
      message: { zh: `没有未处理的死信，挂起 ${kept}`, en: `none is open, ${kept} kept` },
    };
  }
  const age = oldest ? ageInWords(now.getTime() - Date.parse(oldest.firstFailedAt)) : '–';
  const count = oldest ? others.length + 1 : 0;
  return {
    ...{ name, status: 'warn' },
    message: {
      zh: `未处理的死信 ${count} 封，最早的已等 ${age}；来路不明 ${foreign}`,
      en: `${count} open, the oldest for ${age}; of unknown origin: ${foreign}`,
    },
    mend: {
      zh: '用 lockstep deadletters list 查看，再重投、挂起或作废',
      en: 'see lockstep deadletters list; then retry, park or discard',
    },
  };
}

export function lagCheck({ lag }: Pick<DeadLettersAnswer, 'lag'>): Check {
  const told = lag.map(({ consumer, records }) => `${consumer} ${records}`).join(', ');
  const message = { zh: `未消费的消息 ${told}`, en: `records not handled yet: ${told}` };
  if (lag.every(({ records }) => records <= muchLag)) return { name: 'consumers', status: 'ok', message };
  return {
    ...{ name: 'consumers', status: 'warn', message },
    mend: {
      zh: '看该服务的日志：它停了，或者在等一个连不上的依赖',
      en: 'read the log of that service: it has ended, or waits for a dependency that is away',
    },
  };
}
