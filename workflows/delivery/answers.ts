import type { Account, Finding } from '../../activities/delivery/types.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Bilingual } from '../../schemas/text.ts';

/** What an account says of itself, or the channel of all. `refused` and `unknown` always say why. */
export type Report = Pick<ChannelReceipt, 'state' | 'at'> & Partial<Pick<ChannelReceipt, 'digests' | 'url' | 'detail'>>;
export type Answer = Report & { account: Account };

/** So many accounts are named: a receipt is no list of a thousand. */
const named = 20;

/**
 * What a channel says once each of its accounts has answered: it is no better than the worst of them. A doubt weighs
 * more than a refusal, since it may still turn out well. The first account is the office's main one; the channel's
 * address is that of its post.
 */
export function channelReport(answers: readonly [Answer, ...Answer[]]): Report {
  const [main] = answers;
  if (answers.length === 1) return main;
  const failing = answers.filter(({ state }) => state === 'unknown' || state === 'refused');
  if (failing.length > 0) {
    const state = failing.some((answer) => answer.state === 'unknown') ? 'unknown' : 'refused';
    return { state, at: latest(failing), detail: failures(failing, answers.length) };
  }
  const { state, digests = [], url = null } = main;
  return { state, at: latest(answers), digests, url, detail: successes(answers) };
}

/**
 * What a channel of several accounts shows. Where anybody can read it, it is public, whatever the others show. Digests
 * stand for all accounts or for none, so that a missing one is seen as a difference.
 */
export function channelFinding(findings: readonly [Seen, ...Seen[]]): Finding {
  const [main] = findings;
  if (findings.length === 1) return { state: main.state, digests: main.digests, detail: main.detail };
  const state = gravest.find((each) => findings.some((finding) => finding.state === each)) ?? 'unknown';
  const others = findings.filter((finding) => finding.state !== state || finding.digests.length < main.digests.length);
  if (others.length === 0) return { state, digests: main.digests, detail: main.detail };
  const lines = others.map(({ account, state: found, detail }) => ({
    account,
    detail: detail ?? { zh: found, en: found },
  }));
  return { state, digests: [], detail: listed(lines) };
}
export type Seen = Finding & { account: Account };
const gravest = ['public', 'unknown', 'staged', 'withdrawn', 'absent'] as const;

const latest = (answers: readonly Answer[]) =>
  answers.map(({ at }) => at).reduce((one, other) => (Date.parse(one) < Date.parse(other) ? other : one));

function failures(failing: readonly Answer[], all: number): Bilingual {
  const { zh, en } = listed(failing);
  return {
    zh: `${all} 个账号中有 ${failing.length} 个未成功：${zh}`,
    en: `${failing.length} of ${all} accounts did not succeed: ${en}`,
  };
}

function successes(answers: readonly Answer[]): Bilingual | null {
  if (!answers.some(({ detail }) => detail)) return null;
  const { zh, en } = listed(answers);
  return { zh: `${answers.length} 个账号：${zh}`, en: `${answers.length} accounts: ${en}` };
}

/** Names the accounts with what each says. */
function listed(answers: readonly { account: Account; detail?: Bilingual | null | undefined }[]): Bilingual {
  const shown = answers.slice(0, named);
  const more = answers.length - shown.length;
  const zh = shown.map(({ account, detail }) => `${account.name}${detail ? `：${detail.zh}` : ''}`);
  const en = shown.map(({ account, detail }) => `${account.name} (${account.id})${detail ? `: ${detail.en}` : ''}`);
  return {
    zh: [...zh, ...(more > 0 ? [`另有 ${more} 个`] : [])].join('；'),
    en: [...en, ...(more > 0 ? [`and ${more} more`] : [])].join('; '),
  };
}
