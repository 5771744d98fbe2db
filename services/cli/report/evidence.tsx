import type { ComponentChildren } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ChainVerdict } from '../../../activities/audit/chain.ts';
import type { VouchedEvidence } from '../../../activities/audit/evidence.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import type { BundleEvidence } from '../../../schemas/evidence.ts';
import { beijingTime, channelName, channelStateName, gateStateName, stateName } from '../words.ts';
import { reportCss } from './report-css.ts';
import { gateName, SEVERITIES } from './words.ts';

export type EvidenceReport = {
  evidence: BundleEvidence;
  vouched: VouchedEvidence;
  /** The bundle's own rows of the chain. */
  rows: AuditRow[];
  /** Of the whole chain. */
  verdict: ChainVerdict;
  /** How many signed checkpoints it was compared with. */
  checkpoints: number;
};

/** 审签发布证据: one bundle's signatures, findings, receipts and skew, each with its row of the chain. Self-contained HTML. */
export const renderEvidence = (report: EvidenceReport): string =>
  `<!doctype html>\n${renderToStaticMarkup(<Page {...report} />)}\n`;

function Page({ evidence, vouched, rows, verdict, checkpoints }: EvidenceReport) {
  const latest = evidence.revisions.at(-1);
  const refusals = rows.filter(({ kind }) => kind === 'command.refused');
  return (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>审签发布证据 Evidence</title>
        <style dangerouslySetInnerHTML={{ __html: reportCss }} />
      </head>
      <body>
        <main>
          <h1>审签发布证据 Evidence</h1>
          <article>
            <h2>{latest?.title}</h2>
            <Verdict verdict={verdict} checkpoints={checkpoints} />
            <dl class="facts">
              <dt>政策包 Bundle</dt>
              <dd class="digest">{evidence.bundleId}</dd>
              <dt>发文字号 Number</dt>
              <dd>{latest?.documentNumber ?? '无 none'}</dd>
            </dl>
            {vouched.revisions.map((revision) => (
              <Revision
                key={revision.revision}
                revision={revision}
                decisions={vouched.decisions.filter((decision) => decision.revision === revision.revision)}
                overrides={vouched.overrides.filter((override) => override.revision === revision.revision)}
              />
            ))}
            {vouched.releases.map((release) => (
              <Release
                key={release.releaseId}
                release={release}
                receipts={vouched.receipts.filter(({ releaseId }) => releaseId === release.releaseId)}
              />
            ))}
            {vouched.emergencies.map(({ declaredBy, declaredAt, reason, seq }) => (
              <p key={declaredAt}>
                应急 Emergency：{declaredBy}，{time(declaredAt)}，{reason}，<Voucher seq={seq} />
              </p>
            ))}
            {vouched.emergencyReports.map(({ reportedBy, reportedAt, text, seq }) => (
              <p key={reportedAt}>
                事后报告 Report：{reportedBy}，{time(reportedAt)}，{text}，<Voucher seq={seq} />
              </p>
            ))}
            <h3>经过 Course</h3>
            <Grid head={['时间 At', '状态 State', '由谁 By', '说明 Detail', '链 Chain']}>
              {vouched.transitions.map(({ transition, at, state, actorId, detail, seq }) => (
                <Line key={transition} cells={[time(at), `${stateName[state]} ${state}`, actorId, detail ?? '', seq]} />
              ))}
            </Grid>
            {refusals.length > 0 && <h3>被拒绝的操作 Refused commands</h3>}
            {refusals.length > 0 && (
              <Grid head={['时间 At', '由谁 By', '操作 Command', '原因 Why', '链 Chain']}>
                {refusals.map(({ seq, at, actor, payload }) => (
                  <Line key={seq} cells={[time(at), actor, String(payload.command), String(payload.type), seq]} />
                ))}
              </Grid>
            )}
          </article>
        </main>
      </body>
    </html>
  );
}

function Verdict({ verdict, checkpoints }: Pick<EvidenceReport, 'verdict' | 'checkpoints'>) {
  if (!verdict.ok) {
    return (
      <p class="outcome rejected">
        ✖ 审计链第 {verdict.firstBad} 行起不可信 The chain is not to be trusted from row {verdict.firstBad}：
        {verdict.why.zh} {verdict.why.en}
      </p>
    );
  }
  return (
    <p class="outcome clean">
      ✓ 审计链完好 The chain is intact：{verdict.size} 行 rows，签名检查点 signed checkpoints {checkpoints}
      <br />
      <span class="digest">{verdict.head}</span>
    </p>
  );
}

type RevisionProps = { revision: VouchedEvidence['revisions'][number] } & Pick<
  VouchedEvidence,
  'decisions' | 'overrides'
>;
function Revision({ revision: frozen, decisions, overrides }: RevisionProps) {
  const { revision, seal, drafterId, createdAt, findings, seq } = frozen;
  return (
    <section>
      <h3>
        第 {revision} 稿 Revision {revision}
      </h3>
      <dl class="facts">
        <dt>封签 Seal</dt>
        <dd class="digest">{seal}</dd>
        <dt>起草人 Drafter</dt>
        <dd>
          {drafterId}，{time(createdAt)}，<Voucher seq={seq} />
        </dd>
      </dl>
      <h4>审签 Sign-off</h4>
      <Grid head={['关 Gate', '决定 Decision', '审核人 Reviewer', '时间 At', '意见或理由 Answer', '链 Chain']}>
        {decisions.map(
          ({ gate, decision, reviewerId, actingFor, carriedFrom, decidedAt, reason, answers, seq: row }) => (
            <Line
              key={gate}
              cells={[
                gateName(gate).zh,
                gateStateName[decision] +
                  (carriedFrom ? `（沿用第 ${carriedFrom} 稿 kept from revision ${carriedFrom}）` : ''),
                reviewerId + (actingFor ? `（受托代 ${actingFor} for ${actingFor}）` : ''),
                time(decidedAt),
                [reason ?? '', ...answers.map(({ finding, answer }) => `${finding}：${answer}`)]
                  .filter(Boolean)
                  .join('；'),
                row,
              ]}
            />
          ),
        )}
      </Grid>
      {overrides.length > 0 && <h4>例外放行 Overrides</h4>}
      {overrides.length > 0 && (
        <Grid head={['检查意见 Finding', '步骤 Step', '由谁 By', '时间 At', '理由 Reason', '链 Chain']}>
          {overrides.map(({ finding, step, personId, at, reason, seq: row }) => (
            <Line
              key={`${finding}-${step}`}
              cells={[finding, step === 'requested' ? '申请 asked' : '确认 confirmed', personId, time(at), reason, row]}
            />
          ))}
        </Grid>
      )}
      <h4>检查意见 Findings（{findings.length}）</h4>
      {findings.length > 0 && (
        <Grid head={['代码 Code', '关 Gate', '级别 Severity', '内容 What']}>
          {findings.map(({ code, gate, severity, item, message }, index) => (
            <tr key={`${code}-${index}`}>
              <td>{code}</td>
              <td>{gateName(gate).zh}</td>
              <td>
                {SEVERITIES[severity].sign} {SEVERITIES[severity].zh}
              </td>
              <td>
                {item}：{message.zh}
              </td>
            </tr>
          ))}
        </Grid>
      )}
    </section>
  );
}

type ReleaseProps = { release: VouchedEvidence['releases'][number]; receipts: VouchedEvidence['receipts'] };
function Release({ release: { releaseId, revision, t0, committedAt, seq }, receipts }: ReleaseProps) {
  const live = receipts.filter(({ state }) => state === 'live').map(({ at }) => Date.parse(at));
  return (
    <section>
      <h3>发布（第 {revision} 稿）Release</h3>
      <dl class="facts">
        <dt>发布编号 Release</dt>
        <dd class="digest">{releaseId}</dd>
        <dt>发布时刻 T0</dt>
        <dd>{time(t0)}</dd>
        <dt>提交 Committed</dt>
        <dd>
          {time(committedAt)}，晚于 T0 late by {Date.parse(committedAt) - Date.parse(t0)} ms，
          <Voucher seq={seq} />
        </dd>
        <dt>渠道时差 Skew</dt>
        <dd>{live.length > 0 ? `${Math.max(...live) - Math.min(...live)} ms` : '尚未上线 not live yet'}</dd>
      </dl>
      <h4>渠道回执 Receipts</h4>
      <Grid
        head={['渠道 Channel', '状态 State', '时间 At', '对象数 Objects', '地址或说明 Address, detail', '链 Chain']}
      >
        {receipts.map(({ channel, state, at, digests, url, detail, seq: row }) => (
          <Line
            key={`${channel}-${state}`}
            cells={[
              channelName[channel],
              `${channelStateName[state]} ${state}`,
              time(at),
              String(digests.length),
              [url, detail?.zh].filter(Boolean).join(' '),
              row,
            ]}
          />
        ))}
      </Grid>
    </section>
  );
}

function Grid({ head, children }: { head: string[]; children: ComponentChildren }) {
  return (
    <table>
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** The last cell is the row of the chain that vouches for the line. */
function Line({ cells }: { cells: [...string[], number | null] }) {
  const seq = cells.at(-1) as number | null;
  return (
    <tr>
      {cells.slice(0, -1).map((cell, index) => (
        <td key={`${index}-${cell}`}>{cell}</td>
      ))}
      <td>
        <Voucher seq={seq} />
      </td>
    </tr>
  );
}

/** A fact without a row was changed after it was written, or comes from before there was a chain. */
const Voucher = ({ seq }: { seq: number | null }) => (
  <span>{seq === null ? '✖ 链上没有 not in the chain' : `✓ 第 ${seq} 行 row`}</span>
);

const time = (instant: string) => beijingTime(instant, { milliseconds: true });
