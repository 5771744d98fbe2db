import type { VouchedEvidence } from '../../../activities/audit/evidence.ts';
import { channelName, channelStateName, inspectionName } from '../words.ts';
import { Both, chainColumn, Fact, Facts, Grid, Id, Line, Time, Voucher } from './grid.tsx';

type Props = { release: VouchedEvidence['releases'][number]; vouched: VouchedEvidence };
/** One release: with what it went, what the channels said of it, and what they were seen to show since. */
export function Release({ release: { releaseId, revision, committedAt, groupId, seq }, vouched }: Props) {
  const receipts = vouched.receipts.filter((each) => each.releaseId === releaseId);
  const inspections = vouched.inspections.filter((each) => each.releaseId === releaseId);
  const members = vouched.groups.filter((each) => each.groupId === groupId);
  return (
    <section>
      <h3>
        <Both zh={`第 ${revision} 稿`} en={`Revision ${revision}`} />
      </h3>
      <Facts>
        <Fact zh="发布编号" en="Release">
          <Id of={releaseId} />
        </Fact>
        <Fact zh="提交" en="Committed">
          <Time at={committedAt} />，<Voucher seq={seq} />
        </Fact>
      </Facts>
      {members.length > 0 && (
        <Grid
          caption={['同批的政策包', 'Bundles of the group']}
          head={[
            ['政策包', 'Bundle'],
            ['由谁编组', 'Formed by'],
            ['编组', 'Formed'],
            ['提交', 'Committed'],
            chainColumn,
          ]}
        >
          {members.map((member) => (
            <Line
              key={member.bundleId}
              cells={[
                <Id key="id" of={member.bundleId} />,
                member.formedBy,
                <Time key="formed" at={member.formedAt} />,
                <Time key="committed" at={member.committedAt} />,
              ]}
              seq={member.seq}
            />
          ))}
        </Grid>
      )}
      <Grid
        caption={['渠道回执', 'Receipts of the channels']}
        head={[
          ['时间', 'At'],
          ['渠道', 'Channel'],
          ['状态', 'State'],
          ['次', 'Try'],
          ['对象', 'Objects'],
          ['地址或说明', 'Address, detail'],
          chainColumn,
        ]}
      >
        {receipts.map((each) => (
          <Line
            key={`${each.channel}-${each.state}-${each.attempt}-${each.about}`}
            cells={[
              <Time key="at" at={each.at} />,
              channelName[each.channel],
              `${channelStateName[each.state]} ${each.state}`,
              each.attempt,
              each.digests.length,
              <>
                {each.url} {each.detail && <Both {...each.detail} />}
              </>,
            ]}
            seq={each.seq}
          />
        ))}
      </Grid>
      {inspections.length > 0 && (
        <Grid
          caption={['事后查看', 'Inspections']}
          head={[
            ['时间', 'At'],
            ['渠道', 'Channel'],
            ['所见', 'Seen'],
            ['对象', 'Objects'],
            ['说明', 'Detail'],
            chainColumn,
          ]}
        >
          {inspections.map((each) => (
            <Line
              key={`${each.inspectionId}-${each.channel}`}
              cells={[
                <Time key="at" at={each.at} />,
                channelName[each.channel],
                `${inspectionName[each.state]} ${each.state}`,
                each.digests.length,
                each.detail && <Both {...each.detail} />,
              ]}
              seq={each.seq}
            />
          ))}
        </Grid>
      )}
    </section>
  );
}
