import { randomUUID } from 'node:crypto';
import type { ActKind, Channel } from '../../schemas/bundle.ts';
import { type Amendment, ReleaseId } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { dayAt } from '../../workflows/policy-release/validity.ts';
import { type Bundle, type Driver, prepared, publish } from '../support/policy-release-driver.ts';
import { digest, newBundleId } from '../support/release-fixture.ts';

/** One way through `policyRelease`: its history is kept as it stands when `goes` is over. */
export type Path = { bundle?: Bundle; goes: (driver: Driver) => Promise<void> };

export const second = { revision: 2, seal: digest('revision 2') };
export const inDays = (days: number) => dayAt(Date.now() + days * 86_400_000);
export const newAct = (kind: ActKind): Amendment => ({
  ...{ act: kind, on: inDays(0), byBundleId: newBundleId() },
  byReleaseId: ReleaseId.parse(randomUUID()),
});

/** Prepared on `channels`, and armed; its instant has come. */
export async function goPublic(driver: Driver, ...channels: Channel[]): Promise<void> {
  await prepared(driver, channels.length > 0 ? channels : undefined);
  await driver.arm(60_000);
  await driver.sleep('2 minutes');
  await driver.until('releasing');
}
export async function release(driver: Driver): Promise<void> {
  await goPublic(driver);
  await publish(driver, 'website');
  await driver.called('go wechat');
  await publish(driver, 'wechat');
  await driver.until('released');
}
export const asLeader = (reason: string) => ({ args: [{ reason, actorId: 'leader' }] as [messages.Intervention] });
export const hold = ({ handle }: Driver) => handle.executeUpdate(messages.hold, asLeader('等待通知'));
export const withdraw = ({ handle }: Driver, reason = '依据变化') =>
  handle.executeUpdate(messages.withdraw, asLeader(reason));
export const resume = async ({ handle, now }: Driver) => {
  const t0 = new Date((await now()) + 60_000).toISOString();
  await handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
};
export const retry = ({ handle }: Driver, channel: Channel) =>
  handle.executeUpdate(messages.retryChannel, { args: [{ channel, actorId: 'operator' }] });
export const settle = ({ handle }: Driver, channel: Channel, state: messages.Settlement['state']) =>
  handle.executeUpdate(messages.settleChannel, { args: [{ channel, state, evidence: '截图', actorId: 'operator' }] });
