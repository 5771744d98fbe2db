import type { ComponentChildren } from 'preact';
import type { Instant } from '../../../schemas/text.ts';
import { noticeName, readName, stateName } from '../words.ts';
import type { EvidenceReport } from './evidence.tsx';
import { Both, chainColumn, Grid, Line, Time } from './grid.tsx';
import { gateName } from './words.ts';

type Step = { at: Instant; what: string; by: string; detail: ComponentChildren; seq: number | null };

/** 经过: states, notices and refused commands in the order in which they happened. */
export function Course({ vouched, rows }: EvidenceReport) {
  const steps: Step[] = [
    ...vouched.transitions.map(({ at, revision, state, actorId, detail, seq }) => ({
      ...{ at, seq, detail, by: actorId },
      what: `${stateName[state]} ${state}（第 ${revision} 稿）`,
    })),
    ...vouched.notices.map(({ at, kind, gate, detail, seq }) => ({
      ...{ at, seq, by: 'system', detail: detail && <Both {...detail} /> },
      what: `${noticeName[kind]} ${kind}${gate ? `（${gateName(gate).zh}）` : ''}`,
    })),
    ...rows
      .filter(({ kind }) => kind === 'command.refused')
      .map(({ seq, at, actor, payload }) => ({
        ...{ at, seq, by: actor, what: '✖ 被拒绝 refused' },
        detail: `${payload.command}：${payload.type}`,
      })),
  ];
  return (
    <section>
      <h2>
        <Both zh="经过" en="Course" />
      </h2>
      <Grid
        caption={['状态、通知与被拒绝的操作', 'States, notices and refused commands']}
        head={[['时间', 'At'], ['什么', 'What'], ['由谁', 'By'], ['说明', 'Detail'], chainColumn]}
      >
        {steps
          .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
          .map(({ at, what, by, detail, seq }, index) => (
            <Line
              key={`${index + 1}`}
              cells={[
                <Time key="at" at={at} />,
                what,
                by,
                <span key="detail" class="written">
                  {detail}
                </span>,
              ]}
              seq={seq}
            />
          ))}
      </Grid>
    </section>
  );
}

/** 知悉范围 (I24) */
export function Reads({ vouched: { reads } }: EvidenceReport) {
  if (reads.length === 0) return null;
  return (
    <section>
      <h2>
        <Both zh="知悉范围" en="Who read it before it was public" />
      </h2>
      <Grid
        caption={['每人每日每项记一次', 'Told once a person, day and kind']}
        head={[['谁', 'Who'], ['看了什么', 'What'], ['稿', 'Revision'], ['首次', 'First at'], chainColumn]}
      >
        {reads.map(({ personId, what, revision, at, day, seq }) => (
          <Line
            key={`${personId}-${what}-${revision}-${day}`}
            cells={[personId, `${readName[what]} ${what}`, revision, <Time key="at" at={at} />]}
            seq={seq}
          />
        ))}
      </Grid>
    </section>
  );
}

/** What the chain says was written, and the tables do not have any more, or not so. */
export function Unbacked({ unbacked }: EvidenceReport) {
  if (unbacked.length === 0) return null;
  return (
    <section>
      <h2>
        <Both zh="链上有、库里没有" en="In the chain, and not in the tables" />
      </h2>
      <Grid
        caption={['事实被删去或者改动过', 'Their facts were removed or changed']}
        head={[
          ['行', 'Row'],
          ['时间', 'At'],
          ['种类', 'Kind'],
          ['由谁', 'By'],
          ['链上所记', 'What the chain says'],
        ]}
      >
        {unbacked.map(({ seq, at, kind, actor, payload }) => (
          <Line
            key={seq}
            cells={[seq, <Time key="at" at={at} />, kind, actor, <code key="said">{JSON.stringify(payload)}</code>]}
          />
        ))}
      </Grid>
    </section>
  );
}
