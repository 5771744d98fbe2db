import type { SourcedFigure } from '../../../activities/checks/same-source-table.ts';
import type { Bilingual } from '../../../schemas/text.ts';

const VERDICTS: Record<SourcedFigure['verdict'], Bilingual & { sign: string }> = {
  same: { sign: '✓', zh: '文件中有', en: 'in the document' },
  differs: { sign: '✖', zh: '与文件不一致', en: 'differs from the document' },
  absent: { sign: '▲', zh: '文件中没有，请核对', en: 'not in the document; check it' },
};

type Anchor = (item: string, paragraph: number) => string;

/** 数据同源核对: what the interpretations say in figures, each beside the words of the document. */
export function SameSourceView({ figures, anchor }: { figures: SourcedFigure[]; anchor: Anchor }) {
  const count = (verdict: SourcedFigure['verdict']) => figures.filter((figure) => figure.verdict === verdict).length;
  return (
    <section>
      <h3>数据同源核对 Figures of the interpretations against the document</h3>
      <p>
        {(['same', 'differs', 'absent'] as const).map((verdict) => (
          <span key={verdict}>
            {VERDICTS[verdict].sign} {VERDICTS[verdict].zh} {VERDICTS[verdict].en}：{count(verdict)}　
          </span>
        ))}
      </p>
      <table>
        <thead>
          <tr>
            {['数据 Figure', '解读怎么写 In the interpretation', '核对 Result', '文件怎么写 In the document'].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {figures.map((figure, index) => (
            <Row key={`${figure.item}-${index}`} figure={figure} anchor={anchor} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ figure: { item, paragraph, figure, words, verdict, source, others }, anchor }: RowProps) {
  const { sign, zh, en } = VERDICTS[verdict];
  return (
    <tr>
      <td>{figure}</td>
      <td>
        {words}
        <br />
        <Place item={item} paragraph={paragraph} anchor={anchor} />
      </td>
      <td>
        {sign} {zh} <span lang="en">{en}</span>
      </td>
      <td>
        {source ? (
          <>
            {source.words}
            <br />
            <Place item={source.item} paragraph={source.paragraph} anchor={anchor} />
            {others > 0 && <small>，另有 {others} 处 more</small>}
          </>
        ) : (
          '— 没有 none'
        )}
      </td>
    </tr>
  );
}

type RowProps = { figure: SourcedFigure; anchor: Anchor };

function Place({ item, paragraph, anchor }: { item: string; paragraph: number | null; anchor: Anchor }) {
  if (paragraph === null) return <small>{item}</small>;
  return (
    <small>
      <a href={`#${anchor(item, paragraph)}`}>
        {item}，第{paragraph + 1}段
      </a>
    </small>
  );
}
