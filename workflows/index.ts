// All that a Worker loads.

export { channelDelivery, channelWithdrawal } from './delivery/workflow.ts';
export { policyRelease } from './policy-release/workflow.ts';
