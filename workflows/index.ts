// All that a Worker loads.

export {
  discardOnChannel,
  inspectOnChannel,
  prepareOnChannel,
  publishOnChannel,
  withdrawOnChannel,
} from './delivery/workflow.ts';
export { policyRelease } from './policy-release/workflow.ts';
