import type { BundleId } from '../../../schemas/bundle.ts';
import type { GateId } from '../../../schemas/finding.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import type { Digest } from '../../../schemas/text.ts';
import type { Colleague } from './people.ts';

/** 审签 by a demo person, with all that a signature has to say. */
export const signAs = (
  { api }: Pick<Colleague, 'api'>,
  { bundleId, gate, seal }: { bundleId: BundleId; gate: GateId; seal: Digest },
): Promise<ReleaseStatus> => api.sign(bundleId, gate, { seal, opinion: '已核对检查意见，同意发布。' });
