import { createHash, randomBytes } from 'node:crypto';
import { request } from '../../http/request.ts';
import type { WeChatAccount } from './account.ts';
import type { Publishing } from './publishing.ts';

/** A receiver has five seconds; an answer other than `success` is asked for three times more. */
const PATIENCE_MS = 5000;
const DELIVERED = 4;

const tag = (name: string, value: string | number) =>
  `<${name}>${typeof value === 'number' ? value : `<![CDATA[${value}]]>`}</${name}>`;

/** The PUBLISHJOBFINISH event as XML. */
function eventXml(account: WeChatAccount, status: ReturnType<Publishing['status']>, now: number): string {
  const articles =
    'article_detail' in status
      ? tag('article_id', status.article_id) +
        `<article_detail>${tag('count', status.article_detail.count)}${status.article_detail.item
          .map(({ idx, article_url }) => `<item>${tag('idx', idx)}${tag('article_url', article_url)}</item>`)
          .join('')}</article_detail>`
      : '';
  const failed = status.fail_idx.map((idx) => tag('fail_idx', idx)).join('');
  return `<xml>${tag('ToUserName', `gh_${account.appid.slice(-12)}`)}${tag('FromUserName', 'mphelper')}${tag(
    'CreateTime',
    Math.floor(now / 1000),
  )}${tag('MsgType', 'event')}${tag('Event', 'PUBLISHJOBFINISH')}<PublishEventInfo><publish_id>${status.publish_id}</publish_id>${tag(
    'publish_status',
    status.publish_status,
  )}${articles}${failed}</PublishEventInfo></xml>`;
}

/** Pushes the result of every finished job to the account's server, if it has one. Jobs from before a restart too. */
export function startCallbacks(
  account: WeChatAccount,
  publishing: Publishing,
  clock: () => number,
): { stop(): Promise<void> } {
  const { callback } = account;
  if (!callback) return { stop: async () => {} };
  const stopping = new AbortController();
  let round: Promise<void> | undefined;

  const push = async (body: string): Promise<boolean> => {
    const timestamp = String(Math.floor(clock() / 1000));
    const nonce = randomBytes(5).readUIntBE(0, 5).toString();
    const signed = [callback.token, timestamp, nonce].sort().join('');
    const url = new URL(callback.url);
    url.searchParams.set('signature', createHash('sha1').update(signed).digest('hex'));
    url.searchParams.set('timestamp', timestamp);
    url.searchParams.set('nonce', nonce);
    try {
      const headers = { 'content-type': 'text/xml' };
      const { signal } = stopping;
      const answer = await request({ method: 'POST', url, headers, body, timeoutMs: PATIENCE_MS, signal });
      return answer.status === 200 && answer.text().trim() === 'success';
    } catch {
      return false; // the receiver is down: it is asked again
    }
  };

  const tell = async () => {
    for (const { job, told } of publishing.untold()) {
      if (job.done_at > clock()) continue;
      const accepted = await push(eventXml(account, publishing.status(job, clock()), clock()));
      if (stopping.signal.aborted) return; // asked again after the next start
      publishing.setTold(job.publish_id, accepted ? DELIVERED : told + 1);
    }
  };
  const timer = setInterval(() => {
    round ??= tell().finally(() => {
      round = undefined;
    });
  }, 500);
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await round;
    },
  };
}
