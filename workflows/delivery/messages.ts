import { defineSignal } from '@temporalio/workflow';
import type { DeliveryOrder } from '../../activities/delivery/types.ts';

type Account = Pick<DeliveryOrder, 'releaseId' | 'channel' | 'account'>;

/** One delivery per release, channel and account: a redelivered event finds the first. */
export const deliveryId = ({ releaseId, channel, account }: Account) => `deliver-${releaseId}-${channel}-${account}`;
export const withdrawalId = ({ releaseId, channel, account }: Account) => `withdraw-${releaseId}-${channel}-${account}`;

/** T0 has come; the key opens sealed staging (base64). */
export const goDelivery = defineSignal<[key: string]>('goDelivery');
/** The release will not happen: nothing of it may stay at the provider. */
export const discardDelivery = defineSignal('discardDelivery');

export type WithdrawalInput = { order: Omit<DeliveryOrder, 'objects' | 'seal'>; reason: string };
