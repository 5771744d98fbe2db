import type { Coverage } from '../../../schemas/coverage.ts';
import { actName, channelName, channelStateName, reportStateName, validityName } from '../words.ts';
import type { EvidenceReport } from './evidence.tsx';
import { Both, chainColumn, Grid, Id, Line, Time, Voucher } from './grid.tsx';

/** 应急: who shortened the clocks and why, and the report that is owed for it. */
export function Emergency({ evidence: { reportOwed }, vouched: { emergencies, emergencyReports } }: EvidenceReport) {
  if (emergencies.length === 0) return null;
  return (
    <section>
      <h2>
        <Both zh="应急通道" en="Emergency lane" />
      </h2>
      {emergencies.map(({ declaredBy, declaredAt, reason, seq }) => (
        <p key={declaredAt}>
          <Both zh="启用" en="declared" />：{declaredBy}，<Time at={declaredAt} />，<Voucher seq={seq} />
          <br />
          <span class="written">{reason}</span>
        </p>
      ))}
      {reportOwed && (
        <p class={reportOwed.state === 'overdue' ? 'bad' : undefined}>
          {reportOwed.state === 'overdue' && '✖ '}
          <Both zh={`事后报告：${reportStateName[reportOwed.state]}`} en={`report: ${reportOwed.state}`} />
          {reportOwed.reportDueAt && (
            <>
              ，<Both zh="期限" en="due" /> <Time at={reportOwed.reportDueAt} />
            </>
          )}
          {reportOwed.problem && (
            <>
              ，<Both {...reportOwed.problem} />
            </>
          )}
        </p>
      )}
      {emergencyReports.map(({ reportedBy, reportedAt, text, seq }) => (
        <p key={reportedAt} class="answer">
          <span class="written">{text}</span>（{reportedBy}，
          <Time at={reportedAt} />，<Voucher seq={seq} />）
        </p>
      ))}
    </section>
  );
}

/** 立改废释: what later bundles did to this one and this one to others, how far that went, and what it is worth since. */
export function Later({ evidence, vouched }: EvidenceReport) {
  const { amendments, validity } = vouched;
  if (amendments.length + validity.length === 0) return null;
  return (
    <section>
      <h2>
        <Both zh="发布以后" en="Since the release" />
      </h2>
      {amendments.length > 0 && (
        <Grid
          caption={['立改废释', 'Acts']}
          head={[['做法', 'Act'], ['对', 'On'], ['由', 'By'], ['生效', 'Effective'], ['记录', 'Recorded'], chainColumn]}
        >
          {amendments.map((each) => (
            <Line
              key={`${each.releaseId}-${each.byReleaseId}-${each.act}`}
              cells={[
                `${actName[each.act]} ${each.act}`,
                each.bundleId === evidence.bundleId ? '本件 this' : <Id of={each.bundleId} />,
                each.byBundleId === evidence.bundleId ? '本件 this' : <Id of={each.byBundleId} />,
                each.on,
                <Time key="at" at={each.at} />,
              ]}
              seq={each.seq}
            />
          ))}
        </Grid>
      )}
      {evidence.coverage.flatMap((coverage) =>
        coverage.acts.map((act) => (
          <Covered key={`${coverage.bundleId}-${act.amendment.byReleaseId}-${act.amendment.act}`} act={act} />
        )),
      )}
      {validity.length > 0 && (
        <Grid
          caption={['有效性', 'Validity']}
          head={[['自', 'Since'], ['状态', 'State'], ['记录', 'Recorded'], chainColumn]}
        >
          {validity.map((each) => (
            <Line
              key={`${each.releaseId}-${each.since}-${each.validity}`}
              cells={[each.since, `${validityName[each.validity]} ${each.validity}`, <Time key="at" at={each.at} />]}
              seq={each.seq}
            />
          ))}
        </Grid>
      )}
    </section>
  );
}

/** 覆盖表 */
const Covered = ({ act: { amendment, channels } }: { act: Coverage['acts'][number] }) => (
  <Grid
    caption={[`覆盖表：${actName[amendment.act]}`, `How far the act went: ${amendment.act}`]}
    head={[
      ['渠道', 'Channel'],
      ['后件在此', 'The later bundle here'],
      ['时间', 'At'],
      ['原件加注或撤下', 'The original shows it'],
      ['到达', 'Reached'],
    ]}
  >
    {channels.map(({ channel, notice, originalAt, reached, detail }) => (
      <Line
        key={channel}
        cells={[
          channelName[channel],
          <>
            {channelStateName[notice.state]} {notice.state} {detail && <Both {...detail} />}
          </>,
          <Time key="at" at={notice.at} />,
          <Time key="original" at={originalAt} />,
          reached ? '✓ 是 yes' : '✖ 否 no',
        ]}
      />
    ))}
  </Grid>
);
