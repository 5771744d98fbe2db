import { brokenPromises } from '../../../activities/audit/promise.ts';
import type { EvidenceReport } from './evidence.tsx';
import { Both, Id } from './grid.tsx';

/** In signs and words: is the chain whole, is every fact in it and every row backed, and was the promise kept. */
export function Verdict({ evidence, vouched, unbacked, verdict, checkpoints }: EvidenceReport) {
  const facts = Object.values(vouched).flatMap((list) => list.map(({ seq }) => seq));
  const missing = facts.filter((seq) => seq === null).length;
  const broken = brokenPromises(evidence);
  const good = verdict.ok && missing === 0 && unbacked.length === 0 && broken.length === 0;
  return (
    <section class={good ? 'verdict' : 'verdict bad'} aria-label="结论 Verdict">
      <Chain verdict={verdict} checkpoints={checkpoints} />
      <Finding
        ok={missing === 0}
        zh={missing === 0 ? `下列 ${facts.length} 条事实都在链上` : `${missing} 条事实链上没有，见标 ✖ 处`}
        en={
          missing === 0
            ? `All ${facts.length} facts below are in the chain`
            : `${missing} of ${facts.length} facts are not in the chain: see ✖`
        }
      />
      {unbacked.length > 0 && (
        <Finding
          ok={false}
          zh={`链上 ${unbacked.length} 行没有对应的事实，见末尾`}
          en={`${unbacked.length} rows of the chain have lost their fact: see the end`}
        />
      )}
      {broken.map((each) => (
        <Finding key={each.en} ok={false} {...each} />
      ))}
      {broken.length === 0 && evidence.releases.length > 0 && (
        <Finding
          ok
          zh="提交不早于 T0；此前各关都签过所发布的封签，意见都有答复或者两人放行"
          en="Committed no earlier than T0, every gate having signed this seal, every finding answered or let pass by two"
        />
      )}
    </section>
  );
}

const Finding = ({ ok, zh, en }: { ok: boolean; zh: string; en: string }) => (
  <p class={ok ? undefined : 'bad'}>
    {ok ? '✓' : '✖'} <Both zh={zh} en={en} />
  </p>
);

const Chain = ({ verdict, checkpoints }: Pick<EvidenceReport, 'verdict' | 'checkpoints'>) =>
  verdict.ok ? (
    <p>
      <strong>
        ✓ <Both zh="审计链完整" en="The chain is whole" /> /{' '}
        {checkpoints > 0 ? (
          <Both zh={`检查点 ${checkpoints} 个相符`} en="signed checkpoints agree" />
        ) : (
          <Both zh="检查点 无，末尾被截去查不出来" en="no checkpoint: a cut end would not be seen" />
        )}
      </strong>
      <br />
      {verdict.size} 行 rows，链头 head <Id of={verdict.head} />
    </p>
  ) : (
    <p class="bad">
      <strong>
        ✖ <Both zh={`审计链第 ${verdict.firstBad} 行起不可信`} en={`Not to be trusted from row ${verdict.firstBad}`} />
      </strong>
      <br />
      <Both {...verdict.why} />
    </p>
  );

/** What was out of the ordinary, before anything else. */
export function Flags({ evidence }: EvidenceReport) {
  const { emergencies, reportOwed, overrides, groups } = evidence;
  const passed = overrides.filter(({ step }) => step === 'confirmed').length;
  const members = groups.filter(({ groupId }) => groupId === evidence.releases.at(-1)?.groupId).length;
  return (
    <>
      {emergencies.length > 0 && (
        <p class="flag">
          ▲ <Both zh="走了应急通道，各关时限缩短" en="Emergency lane: shorter clocks" />
          {reportOwed?.state === 'overdue' && (
            <strong class="bad">
              ；✖ <Both zh="事后报告逾期未交" en="the report is overdue" />
            </strong>
          )}
        </p>
      )}
      {passed > 0 && (
        <p class="flag">
          ▲ <Both zh={`${passed} 条错误经两人例外放行`} en={`errors that two people let pass: ${passed}`} />
        </p>
      )}
      {members > 0 && (
        <p>
          <Both zh={`同批发布，共 ${members} 个政策包`} en={`released in a group of ${members}`} />
        </p>
      )}
    </>
  );
}
