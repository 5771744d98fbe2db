import { actName, channelName, channelStateName, gateStateName, stateName, validityName } from '../words.ts';
import type { EvidenceReport } from './evidence.tsx';
import { Flags, Verdict } from './evidence-verdict.tsx';
import { Both, chainColumn, Fact, Facts, Gate, Grid, Id, Line, Time } from './grid.tsx';

/** What an auditor has to know: what it is, who signed it when, when it became public where, and whether all that is proven. */
export function Summary(report: EvidenceReport) {
  const { evidence, vouched } = report;
  const release = vouched.releases.at(-1);
  const last = evidence.transitions.at(-1);
  const revision = release?.revision ?? last?.revision ?? evidence.revisions.at(-1)?.revision;
  const shown = evidence.revisions.find((each) => each.revision === revision);
  const leader = evidence.transitions.findLast((each) => each.revision === revision && each.state === 'armed');
  const validity = evidence.validity.at(-1)?.validity;
  return (
    <>
      <h1>
        <Both zh="审签发布证据" en="Evidence of sign-off and release" />
      </h1>
      <p class="title">
        <strong>{shown?.title}</strong>
      </p>
      <Verdict {...report} />
      <Facts>
        <Fact zh="发文字号" en="Number">
          {shown?.documentNumber ?? '无 none'}
        </Fact>
        <Fact zh="发文机关" en="Issued by">
          {shown?.content.manifest.issuingBody}
        </Fact>
        <Fact zh="政策包" en="Bundle">
          <Id of={evidence.bundleId} /> 第 {revision} 稿
        </Fact>
        <Fact zh="封签" en="Seal">
          <Id of={shown?.seal ?? '–'} />
        </Fact>
        <Fact zh="状态" en="State">
          {last ? `${stateName[last.state]} ${last.state}` : '–'}
          {validity && `，${validityName[validity]} ${validity}`}
        </Fact>
        {leader && (
          <Fact zh="签发" en="Armed by">
            {leader.actorId}，<Time at={leader.at} />
          </Fact>
        )}
      </Facts>
      <Flags {...report} />
      <Grid
        caption={['审签', 'Who signed']}
        head={[['关', 'Gate'], ['结论', 'Decision'], ['审核人', 'Reviewer'], ['时间', 'At'], chainColumn]}
      >
        {vouched.decisions
          .filter((each) => each.revision === revision)
          .map(({ gate, decision, reviewerId, actingFor, carriedFrom, decidedAt, seq }) => (
            <Line
              key={gate}
              cells={[
                <Gate key="gate" of={gate} />,
                `${gateStateName[decision]} ${decision}${carriedFrom ? `（沿用第 ${carriedFrom} 稿 kept from ${carriedFrom}）` : ''}`,
                actingFor ? `${reviewerId}（代 for ${actingFor}）` : reviewerId,
                <Time key="at" at={decidedAt} />,
              ]}
              seq={seq}
            />
          ))}
      </Grid>
      {release && <Released release={release} />}
      {evidence.amendments.length > 0 && (
        <ul>
          {evidence.amendments.map((act) => {
            const own = act.byBundleId === evidence.bundleId;
            return (
              <li key={`${act.releaseId}-${act.byReleaseId}-${act.act}`}>
                <Both
                  zh={own ? `本件${actName[act.act]}了` : `被${actName[act.act]}，依据`}
                  en={own ? `This bundle: ${act.act}` : `${act.act} by`}
                />{' '}
                <Id of={own ? act.bundleId : act.byBundleId} />，{act.on}，{reached(report, act)}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

function reached(
  { evidence }: EvidenceReport,
  { releaseId: _, bundleId, act, byReleaseId }: EvidenceReport['evidence']['amendments'][number],
) {
  const covered = evidence.coverage
    .find((each) => each.bundleId === bundleId)
    ?.acts.find(({ amendment }) => amendment.byReleaseId === byReleaseId && amendment.act === act);
  return covered?.whole ? '✓ 各渠道均已到达 reached every channel' : '✖ 尚有渠道未到达 some channels not reached';
}

function Released({ release }: { release: EvidenceReport['vouched']['releases'][number] }) {
  const { t0, committedAt, latenessMs, skewMs, channels } = release;
  const live = channels.filter(({ liveAt }) => liveAt !== null).length;
  const since = (at: string | null) => (at ? `T0 + ${Date.parse(at) - Date.parse(t0)} ms` : '–');
  return (
    <>
      <dl class="figures">
        <Figure zh="发布时刻" en="T0">
          <Time at={t0} />
        </Figure>
        <Figure zh="提交" en="Committed">
          <Time at={committedAt} />
        </Figure>
        <Figure zh="晚于 T0" en="Lateness">
          {latenessMs} ms
        </Figure>
        <Figure zh="渠道时差" en="Skew">
          {skewMs === null ? '尚未上线 not live yet' : `${skewMs} ms（${live}/${channels.length} 渠道 channels）`}
        </Figure>
      </dl>
      <Grid
        caption={['各渠道', 'Channels']}
        head={[
          ['渠道', 'Channel'],
          ['状态', 'State'],
          ['次数', 'Tries'],
          ['就绪', 'Ready'],
          ['上线', 'Live'],
          ['核验', 'Read back'],
        ]}
      >
        {channels.map(({ channel, state, attempts, readyAt, liveAt, verifiedAt }) => (
          <Line
            key={channel}
            cells={[
              channelName[channel],
              `${channelStateName[state]} ${state}`,
              attempts,
              <Time key="ready" at={readyAt} />,
              since(liveAt),
              since(verifiedAt),
            ]}
          />
        ))}
      </Grid>
    </>
  );
}

const Figure = ({ zh, en, children }: { zh: string; en: string; children: preact.ComponentChildren }) => (
  <div>
    <dt>
      <Both zh={zh} en={en} />
    </dt>
    <dd>{children}</dd>
  </div>
);
