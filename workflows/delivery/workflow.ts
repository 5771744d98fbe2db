import { condition, sleep } from '@temporalio/workflow';
import type { Account, AccountRef, ChannelRef, PublishStep } from '../../activities/delivery/types.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { type Answer, channelFinding, channelReport, type Report } from './answers.ts';
import type { Inspection, Preparation, Publication, Rollback, Withdrawal } from './messages.ts';
import { atOnce, patient, stepsFor } from './steps.ts';

/** How long an account may say nothing at T0, since its provider is away, before the channel says so. */
const patience = '15 minutes';
/** From what a provider has only accepted to the first question about it: the publish has just asked once. */
const firstAsk = '1 second';

const now = () => new Date().toISOString();

/** 预置: all that can be done before T0, invisible to readers. Ready once every account is. */
export async function prepareOnChannel({ order, attempt }: Preparation): Promise<void> {
  const { say, each } = onChannel(order, attempt);
  try {
    const accounts = await atOnce.acceptOrder(order);
    const { prepareDelivery } = stepsFor(accounts);
    await say(await each(accounts, async (ref) => ({ state: 'ready', ...(await prepareDelivery(ref)) })));
  } catch (error) {
    await say([refusal(error)]);
  }
}

/** T0 has come: published on every account, read back, reported. One that fails is named, and holds up no other. */
export async function publishOnChannel({ ref, attempt, key }: Publication): Promise<void> {
  const { say, one } = onChannel(ref, attempt);
  const accounts = await atOnce.accountsOf(ref);
  const steps = stepsFor(accounts);
  const answered = new Map<string, Answer>();
  const first = accounts.map(async (account) => {
    const answer = await one(account, async (of) => {
      if (attempt > 1) await steps.prepareDelivery(of); // what the provider refused is made anew
      const step = await steps.publishDelivery(of, key);
      if (step.state !== 'running') return told(step);
      await sleep(firstAsk);
      return told(await steps.awaitOutcome(of, 'answered'));
    });
    answered.set(account.id, answer);
    return answer;
  });
  const known = first.map(async (answer) => {
    const { account, state } = await answer;
    if (state !== 'unknown') return answer;
    return one(account, async (of) => told(await patient.awaitOutcome(of, 'known')));
  });
  const checked = known.map(async (answer) => {
    const { account, state } = await answer;
    if (state !== 'live') return answer;
    return one(account, async (of) => ({ state: 'verified', ...(await steps.verifyDelivery(of)) }));
  });
  if (!(await condition(() => answered.size === accounts.length, patience)))
    await say(
      accounts.map((account) => answered.get(account.id) ?? { account, state: 'unknown', at: now(), detail: silent }),
    );
  // Every account goes on by itself; the channel speaks as soon as all have come so far.
  for (const stage of [first, known, checked]) await say(await Promise.all(stage));
}

/** The release will not happen: nothing of it may stay at the provider. */
export async function discardOnChannel({ ref }: Rollback): Promise<void> {
  const { say, each } = onChannel(ref, 1);
  const accounts = await atOnce.closeOrder(ref);
  if (accounts.length === 0) return say([{ state: 'discarded', at: now() }]);
  const { discardDelivery } = stepsFor(accounts);
  await say(await each(accounts, async (of) => ({ state: 'discarded', ...(await discardDelivery(of)) })));
}

/** 撤稿: what was published is taken back, or everyone who got it is told. */
export async function withdrawOnChannel({ ref, attempt, reason }: Withdrawal): Promise<void> {
  const { say, each } = onChannel(ref, attempt);
  await atOnce.closeOrder(ref);
  const accounts = await atOnce.accountsOf(ref);
  const { withdrawDelivery } = stepsFor(accounts);
  await say(await each(accounts, async (of) => ({ state: 'withdrawn', ...(await withdrawDelivery(of, reason)) })));
}

/** 核对: what readers get now, told to whoever asked; nothing is changed. */
export async function inspectOnChannel({ ref, inspectionId }: Inspection): Promise<void> {
  const accounts = await atOnce.accountsOf(ref);
  const { inspectDelivery } = stepsFor(accounts);
  const [main, ...others] = await Promise.all(
    accounts.map(async (account) => ({
      account,
      ...(await inspectDelivery({ ...ref, account: account.id, attempt: 1 })),
    })),
  );
  const found = main ? channelFinding([main, ...others]) : ({ state: 'absent', digests: [], detail: null } as const);
  await atOnce.sendInspection({ inspectionId, ...ref, at: now(), ...found, digests: [...found.digests] });
}

/** The accounts of a channel, and its one voice. */
function onChannel({ releaseId, bundleId, channel }: ChannelRef, attempt: number) {
  const said = new Set<ChannelReceipt['state']>();
  const one = async (account: Account, work: (ref: AccountRef) => Promise<Report>): Promise<Answer> => {
    try {
      return { account, ...(await work({ releaseId, bundleId, channel, account: account.id, attempt })) };
    } catch (error) {
      return { account, ...refusal(error) };
    }
  };
  return {
    one,
    each: (accounts: Account[], work: (ref: AccountRef) => Promise<Report>) =>
      Promise.all(accounts.map((account) => one(account, work))),
    /** What was said once is not said again. */
    async say(answers: (Report | Answer)[]): Promise<void> {
      const [main, ...others] = answers.map((answer) => ({ account: { id: channel, name: channel }, ...answer }));
      if (!main) return;
      const { state, at, digests = [], url = null, detail = null } = channelReport([main, ...others]);
      if (said.has(state)) return;
      said.add(state);
      await atOnce.sendReceipt({
        releaseId,
        bundleId,
        channel,
        state,
        attempt,
        about: null,
        at,
        digests,
        url,
        detail,
      });
    },
  };
}

/** A provider's final no is an answer; anything else is a fault of ours, and the workflow's end. */
function refusal(error: unknown): Report {
  const cause = permanentCause(error);
  if (!cause) throw error;
  return { state: 'refused', at: now(), detail: cause.message };
}

const told = (step: Exclude<PublishStep, { state: 'running' }>): Report =>
  step.state === 'live' ? step : { ...step, at: now() };

const silent = {
  zh: '平台一直没有应答，是否已发布尚不清楚；系统继续询问',
  en: 'The provider has not answered, so nobody knows whether it is published; it is asked on',
};
