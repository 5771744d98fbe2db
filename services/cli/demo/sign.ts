import type { BundleId } from '../../../schemas/bundle.ts';
import type { GateId } from '../../../schemas/finding.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import type { ReviewedFinding } from '../../../schemas/review.ts';
import type { Digest } from '../../../schemas/text.ts';
import { demoAnswers } from './answers.ts';
import type { Colleague } from './people.ts';

type ToSign = { bundleId: BundleId; gate: GateId; seal: Digest; findings?: readonly ReviewedFinding[] };

/** 审签 by a demo person, with all that a signature has to say: an opinion, and an answer to each warning. */
export function signAs(
  { api }: Pick<Colleague, 'api'>,
  { bundleId, gate, seal, findings = [] }: ToSign,
): Promise<ReleaseStatus> {
  const answers = demoAnswers(gate, findings);
  const body = { seal, opinion: '已核对检查意见，同意发布。' };
  return api.sign(bundleId, gate, answers.length > 0 ? { ...body, answers } : body);
}
