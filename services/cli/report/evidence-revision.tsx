import type { VouchedEvidence } from '../../../activities/audit/evidence.ts';
import type { PartChange } from '../../../schemas/revision-change.ts';
import { gateStateName, partName } from '../words.ts';
import { FindingsOf } from './evidence-findings.tsx';
import { Both, chainColumn, Fact, Facts, Gate, Grid, Id, Line, Time, Voucher } from './grid.tsx';
import { gateName } from './words.ts';

/** One revision: what it changed, who decided on it by which right, and what became of its findings. */
export function Revision({ revision, vouched }: { revision: number; vouched: VouchedEvidence }) {
  const own = vouched.revisions.find((each) => each.revision === revision);
  const change = vouched.changes.find((each) => each.revision === revision);
  const decisions = vouched.decisions.filter((each) => each.revision === revision);
  if (!own) return null;
  return (
    <section>
      <h3>
        <Both zh={`第 ${revision} 稿`} en={`Revision ${revision}`} />
      </h3>
      <Facts>
        <Fact zh="封签" en="Seal">
          <Id of={own.seal} />
        </Fact>
        <Fact zh="起草" en="Drafted">
          {own.drafterId}，<Time at={own.createdAt} />，<Voucher seq={own.seq} />
        </Fact>
        <Fact zh="内容" en="Parts">
          <ul class="parts">
            {own.content.manifest.items.map(({ id, role }) => (
              <li key={id}>
                {partName[role]} {id} <Id of={own.content.parts.find((part) => part.id === id)?.sha256 ?? ''} />
              </li>
            ))}
          </ul>
        </Fact>
      </Facts>
      {change && <Changes change={change} />}
      {decisions.length > 0 && (
        <Grid
          caption={['审签', 'Decisions']}
          head={[
            ['关', 'Gate'],
            ['结论与审核人', 'Decision, by'],
            ['时间', 'At'],
            ['意见或理由', 'Opinion, reason'],
            ['依据的摘要', 'Digest of its input'],
            chainColumn,
          ]}
        >
          {decisions.map((each) => (
            <Line
              key={each.gate}
              cells={[
                <Gate key="gate" of={each.gate} />,
                <>
                  {gateStateName[each.decision]} {each.decision}，{each.reviewerId}
                  {each.actingFor && `，代 for ${each.actingFor}`}
                  {each.carriedFrom && `，沿用第 ${each.carriedFrom} 稿 kept from ${each.carriedFrom}`}
                </>,
                <Time key="at" at={each.decidedAt} />,
                // A decision that was carried over says no more than where it was made.
                <span key="why" class="written">
                  {each.carriedFrom ? '同前 as before' : each.reason}
                </span>,
                <Id key="input" of={each.inputSha256.slice(0, 12)} />,
              ]}
              seq={each.seq}
            />
          ))}
        </Grid>
      )}
      <Delegations decisions={decisions} vouched={vouched} />
      <FindingsOf revision={own} vouched={vouched} />
    </section>
  );
}

/** 作废依据: word by word what changed, and which decisions that left standing. */
function Changes({ change }: { change: VouchedEvidence['changes'][number] }) {
  const names = (gates: readonly string[]) => gates.map((gate) => gateName(gate).zh).join('、') || '无 none';
  return (
    <section>
      <h4>
        <Both zh={`与第 ${change.fromRevision} 稿相比`} en={`Beside revision ${change.fromRevision}`} />
      </h4>
      <p>
        <Both zh="作废" en="fell" />：{names(change.fell)}；<Both zh="沿用" en="kept" />：{names(change.kept)}；
        <Voucher seq={change.seq} />
        <br />
        <span class="sign">［＋］</span>新增 added，<span class="sign">［－］</span>删去 removed
      </p>
      {change.changes.map((each) => (
        <Change key={`${each.part}-${each.item}`} change={each} />
      ))}
    </section>
  );
}

const changeName: Record<PartChange['kind'], string> = { added: '新增', removed: '删去', changed: '修改' };
function Change({ change: { part, item, kind, hunks, voids } }: { change: PartChange }) {
  return (
    <>
      <h5>
        {changeName[kind]} {partName[part]} {item}{' '}
        {voids.length > 0 && <small>（作废 voids：{voids.map((gate) => gateName(gate).zh).join('、')}）</small>}
      </h5>
      {hunks.length > 0 ? (
        <p class="diff">
          {hunks.map(({ op, text }, index) =>
            op === 'same' ? (
              <span key={`${index + 1}`}>{text}</span>
            ) : op === 'added' ? (
              <ins key={`${index + 1}`}>
                <span class="sign">［＋］</span>
                {text}
              </ins>
            ) : (
              <del key={`${index + 1}`}>
                <span class="sign">［－］</span>
                {text}
              </del>
            ),
          )}
        </p>
      ) : (
        <p>
          <Both zh="文字未变，字节变了" en="The bytes changed, the text did not" />
        </p>
      )}
    </>
  );
}

/** 委托 under which somebody decided on this revision. */
function Delegations({ decisions, vouched }: { decisions: VouchedEvidence['decisions']; vouched: VouchedEvidence }) {
  const used = vouched.delegations.filter(({ gate, from, to }) =>
    decisions.some(
      (each) => !each.carriedFrom && each.gate === gate && each.actingFor === from && each.reviewerId === to,
    ),
  );
  if (used.length === 0) return null;
  return (
    <Grid
      caption={['受托', 'Delegations']}
      head={[['谁代谁', 'Who for whom'], ['期限', 'Term'], ['理由', 'Reason'], ['登记', 'Recorded'], chainColumn]}
    >
      {used.map((each) => {
        const revoked = vouched.revocations.find(({ delegationId }) => delegationId === each.delegationId);
        return (
          <Line
            key={each.delegationId}
            cells={[
              `${gateName(each.gate).zh}：${each.to} 代 for ${each.from}`,
              <>
                <Time at={each.startsAt} /> – <Time at={each.endsAt} />
              </>,
              <span key="why" class="written">
                {each.reason}
              </span>,
              <>
                {each.recordedBy}，<Time at={each.recordedAt} />
                {revoked && (
                  <>
                    ；撤销 revoked {revoked.revokedBy}，<Time at={revoked.revokedAt} />，{revoked.reason}，
                    <Voucher seq={revoked.seq} />
                  </>
                )}
              </>,
            ]}
            seq={each.seq}
          />
        );
      })}
    </Grid>
  );
}
