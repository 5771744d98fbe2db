import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbedPage } from './messages.ts';

export type Answer = { requestedAt: number; answeredAt: number; status: number; body: string };

/** Milliseconds since 1970 that never run backwards while this process lives. */
const now = () => performance.timeOrigin + performance.now();

const ANSWER_WITHIN_MS = 5_000;
/** How often a group is looked at that is public as a whole: it may still vanish in part. */
const CALM_MS = 1_000;

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
 * once: that is when a reader could have the one without the other. A group that is whole is looked at less often.
 */
export async function pollInTurn<P extends Pick<ProbedPage, 'url' | 'family'>>(
  pages: readonly P[],
  options: {
    /** Asked before every pause. */
    intervalMs(): number;
    signal: AbortSignal;
    isPublic(answer: Answer): boolean;
    /** All pages were met, or one has vanished since. */
    onWhole(whole: boolean): void;
    onAnswer(page: P, answer: Answer | undefined): void;
  },
): Promise<void> {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const ask = async (page: P): Promise<boolean> => {
    const answer = await get(new URL(page.url), page.family, agents, false);
    options.onAnswer(page, answer);
    return answer !== undefined && options.isPublic(answer);
  };
  let whole = false;
  const become = (isWhole: boolean) => {
    if (whole !== isWhole) options.onWhole(isWhole);
    whole = isWhole;
  };
  await sleep(Math.random() * options.intervalMs()); // many groups: they spread out
  try {
    for (let turn = 0; !options.signal.aborted; turn += 1) {
      const started = now();
      const page = pages[turn % pages.length];
      if (!page) return;
      const met = await ask(page);
      if (!met) become(false);
      else if (!whole) {
        become((await Promise.all(pages.filter((other) => other !== page).map(ask))).every(Boolean));
        if (!whole) continue; // half of it is public: look again at once
      }
      await sleep(Math.max(1, (whole ? CALM_MS : options.intervalMs()) - (now() - started)));
    }
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
