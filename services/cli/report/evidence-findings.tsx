import type { VouchedEvidence } from '../../../activities/audit/evidence.ts';
import type { Finding } from '../../../schemas/finding.ts';
import { findingKey } from '../../../schemas/finding-key.ts';
import { Both, Time, Voucher } from './grid.tsx';
import { gateName, placeName, SEVERITIES } from './words.ts';

type Revision = VouchedEvidence['revisions'][number];

/** The findings of one revision, each with what was written about it on this revision. */
export function FindingsOf({ revision, vouched }: { revision: Revision; vouched: VouchedEvidence }) {
  const { findings } = revision;
  const known = new Set(
    vouched.revisions
      .filter((each) => each.revision < revision.revision)
      .flatMap((each) => each.findings.map(findingKey)),
  );
  const said = new Map(
    findings.map((finding) => [findingKey(finding), saidOf(findingKey(finding), revision, vouched)]),
  );
  // What stands as it stood, and nobody wrote about again, is not told twice.
  const [repeated, told] = [true, false].map((isRepeated) =>
    [...new Map(findings.map((finding) => [findingKey(finding), finding]))].filter(([key]) => {
      const { answers, overrides } = said.get(key) ?? { answers: [], overrides: [] };
      return (known.has(key) && answers.length + overrides.length === 0) === isRepeated;
    }),
  );
  return (
    <section>
      <h4>
        <Both zh={`检查意见（${findings.length}）与书面答复`} en="Findings with the written answers" />
      </h4>
      {findings.length === 0 && (
        <p>
          <Both zh="没有检查意见" en="nothing found" />
        </p>
      )}
      <ul class="listed">
        {told?.map(([key, finding]) => (
          <FindingView key={key} name={key} finding={finding} said={said.get(key)} />
        ))}
      </ul>
      {repeated !== undefined && repeated.length > 0 && (
        <p>
          <Both
            zh={`另有 ${repeated.length} 条与前稿相同：`}
            en={`${repeated.length} more as in the revision before:`}
          />{' '}
          {repeated.map(([key]) => key).join('、')}
        </p>
      )}
    </section>
  );
}

/** Answers stand in the signatures; one that was carried over was written, and is told, where it was signed. */
const saidOf = (key: string, { revision }: Revision, { decisions, overrides }: VouchedEvidence) => ({
  answers: decisions
    .filter((each) => each.revision === revision && each.carriedFrom === null)
    .flatMap(({ answers, reviewerId, decidedAt, seq }) =>
      answers.filter(({ finding }) => finding === key).map(({ answer }) => ({ answer, reviewerId, decidedAt, seq })),
    ),
  overrides: overrides.filter((each) => each.revision === revision && each.finding === key),
});

type Props = { name: string; finding: Finding; said: ReturnType<typeof saidOf> | undefined };
function FindingView({ name, finding: { severity, gate, item, message, location, source }, said }: Props) {
  const { sign, zh, en } = SEVERITIES[severity];
  const { where, paragraph, quote } = location;
  return (
    <li class={severity}>
      <p>
        <strong>
          {sign} {zh} {en}
        </strong>{' '}
        <code>{name}</code> {gateName(gate).zh}，{item}，{placeName(where)}
        {paragraph !== undefined && `，第${paragraph + 1}段`}
      </p>
      <p>
        <Both {...message} />
      </p>
      {quote !== '' && <blockquote>{quote}</blockquote>}
      <p class="source">依据：{source}</p>
      {said?.answers.map(({ answer, reviewerId, decidedAt, seq }) => (
        <p key={decidedAt} class="answer">
          <strong>
            <Both zh="书面答复" en="Answer" />：
          </strong>
          <span class="written">{answer}</span>（{reviewerId}，
          <Time at={decidedAt} />，<Voucher seq={seq} />）
        </p>
      ))}
      {said?.overrides.map(({ step, personId, reason, at, seq }) => (
        <p key={step} class="answer">
          <strong>
            {step === 'requested' ? (
              <Both zh="例外放行申请" en="Override asked for" />
            ) : (
              <Both zh="第二人确认放行" en="Override confirmed" />
            )}
            ：
          </strong>
          <span class="written">{reason}</span>（{personId}，
          <Time at={at} />，<Voucher seq={seq} />）
        </p>
      ))}
    </li>
  );
}
