import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../../infra/at-most.ts';
import type { ProbedPage } from './messages.ts';

export type Answer = { requestedAt: number; answeredAt: number; status: number; body: string };

/** Milliseconds since 1970 that never run backwards while this process lives. */
const now = () => performance.timeOrigin + performance.now();

const ANSWER_WITHIN_MS = 5_000;
/** How often a group is looked at that is public as a whole: it may still vanish in part. */
const CALM_MS = 1_000;
/** Once something is public: looks at all that is not whole are so far apart, and at one group not closer than this. */
const CLOSE_APART_MS = 1;
const CLOSE_MS = 10;
/** As many as the symlink floor has readers. */
const GROUPS_AT_ONCE = 8;

/** One GET as a reader's browser makes it, on a kept connection; undefined where no answer came. */
function get(url: URL, family: 4 | 6 | null, agents: { http: HttpAgent; https: HttpsAgent }, wantBody: boolean) {
  const secure = url.protocol === 'https:';
  return new Promise<Answer | undefined>((resolve) => {
    const requestedAt = now();
    const request = (secure ? httpsRequest : httpRequest)(url, {
      agent: secure ? agents.https : agents.http,
      timeout: ANSWER_WITHIN_MS,
      ...(family && { family }),
      headers: { 'user-agent': 'lockstep-prober', accept: 'text/html' },
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => wantBody && chunks.push(chunk));
      response.once('error', () => resolve(undefined));
      response.once('end', () =>
        resolve({
          requestedAt,
          answeredAt: now(),
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.end();
  });
}

/**
 * Asks for one page again and again, one request at a time, until `signal`. A reader reads to the end of the answer, so
 * that is when it counts as answered.
 */
export async function poll(
  { url, family }: Pick<ProbedPage, 'url' | 'family'>,
  options: { intervalMs: number; wantBody: boolean; signal: AbortSignal; onAnswer(answer: Answer | undefined): void },
): Promise<void> {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const address = new URL(url);
  try {
    while (!options.signal.aborted) {
      const started = now();
      options.onAnswer(await get(address, family, agents, options.wantBody));
      await sleep(Math.max(1, options.intervalMs - (now() - started)));
    }
  } finally {
    agents.http.destroy();
    agents.https.destroy();
  }
}

/**
 * Asks for one page of a group at a time, the pages in turn. One that is met in public has all the others asked for at
 * once: that is when a reader could have the one without the other. Until something is public the looks at all groups
 * together are `intervalMs` apart; the first page that is met has every group looked at without waiting, as readers would,
 * and what is not whole then is looked at closely. A group that is whole is looked at less often: it may still tear.
 */
export async function pollInTurn<P extends Pick<ProbedPage, 'url' | 'family'>>(
  groups: readonly (readonly P[])[],
  options: {
    intervalMs: number;
    signal: AbortSignal;
    isPublic(answer: Answer): boolean;
    onAnswer(page: P, answer: Answer | undefined): void;
  },
): Promise<void> {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const inTurn = atMost(GROUPS_AT_ONCE);
  const notWhole = new Set(groups);
  const firstMet = new AbortController();
  const ask = async (page: P): Promise<boolean> => {
    const answer = await get(new URL(page.url), page.family, agents, false);
    options.onAnswer(page, answer);
    return answer !== undefined && options.isPublic(answer);
  };
  /** Resolves to what is known of the group then. */
  const look = async (pages: readonly P[], page: P): Promise<'hidden' | 'half' | 'whole'> => {
    const met = await ask(page);
    if (!met) notWhole.add(pages);
    if (!met || !notWhole.has(pages)) return met ? 'whole' : 'hidden';
    firstMet.abort();
    const others = await Promise.all(pages.filter((other) => other !== page).map(ask));
    if (!others.every(Boolean)) return 'half';
    notWhole.delete(pages);
    return 'whole';
  };
  const untilNextLook = () =>
    firstMet.signal.aborted ? Math.max(CLOSE_MS, CLOSE_APART_MS * notWhole.size) : options.intervalMs * notWhole.size;
  const rest = (ms: number): Promise<void> =>
    firstMet.signal.aborted ? sleep(ms) : sleep(ms, undefined, { signal: firstMet.signal }).catch(() => {});

  const watch = async (pages: readonly P[]): Promise<void> => {
    await rest(Math.random() * untilNextLook()); // they spread out
    for (let turn = 0; !options.signal.aborted; turn += 1) {
      const page = pages[turn % pages.length];
      if (!page) return;
      const started = now();
      const seen = await inTurn(() => look(pages, page));
      if (seen === 'half') continue; // look again at once
      await rest(Math.max(1, (seen === 'whole' ? CALM_MS : untilNextLook()) - (now() - started)));
    }
  };
  try {
    await Promise.all(groups.map(watch));
  } finally {
    agents.http.destroy();
    agents.https.destroy();
  }
}

/** True where anything at all answers there. */
export async function answers(page: Pick<ProbedPage, 'url' | 'family'>): Promise<boolean> {
  const agents = { http: new HttpAgent(), https: new HttpsAgent() };
  return (await get(new URL(page.url), page.family, agents, false)) !== undefined;
}
