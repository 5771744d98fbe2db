import type { DocumentModel, Paragraph } from '../../../activities/documents/model.ts';
import { MarkedText, type Numbered } from './marked-text.tsx';
import { placeName } from './words.ts';

type Block = { kind: 'paragraph'; index: number; paragraph: Paragraph } | { kind: 'table'; rows: Map<number, Cell[]> };
type Cell = { index: number; paragraph: Paragraph };

type DocumentProps = {
  id: string;
  model: DocumentModel;
  findings: Numbered[];
  /** What a link to a paragraph names. */
  anchor: (paragraph: number) => string;
};
/** One part as readers will see it, with findings at their place; then what no reader would see. */
export function DocumentView({ id, model, findings, anchor }: DocumentProps) {
  const at = (index: number) =>
    findings.filter(({ location }) => location.paragraph === index && isShown(location.where));
  const unseen = findings.filter(({ location }) => !isShown(location.where) && location.quote !== '');
  return (
    <div class="paper">
      {blocksOf(model).map((block) =>
        block.kind === 'table' ? (
          <TableView key={`table-${[...block.rows.keys()][0]}`} rows={block.rows} at={at} anchor={anchor} />
        ) : (
          <ParagraphView
            key={`${id}-${block.index}`}
            id={anchor(block.index)}
            paragraph={block.paragraph}
            findings={at(block.index)}
          />
        ),
      )}
      {unseen.length > 0 && (
        <section class="unseen">
          <h4>页面上看不见的地方 Not on the page</h4>
          <dl>
            {unseen.map((finding) => (
              <>
                <dt>{placeName(finding.location.where)}</dt>
                <dd>
                  <MarkedText text={finding.location.quote} findings={[finding]} />
                </dd>
              </>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}

/** Places that are the visible text; 落款, 发文字号 and 标题 are paragraphs of it. */
const isShown = (where: string) => ['body', 'table', 'signature', 'docnum', 'title'].includes(where);

function ParagraphView({ id, paragraph, findings }: { id: string; paragraph: Paragraph; findings: Numbered[] }) {
  const { text, numbering, headingLevel, alignment, bold } = paragraph;
  const classes = [
    alignment === 'center' || alignment === 'right' ? alignment : '',
    // （一）… may go on as a paragraph of text: only a line by itself is shown as a heading.
    headingLevel === null || text.length > 30 ? '' : `level-${headingLevel}`,
    bold ? 'bold' : '',
  ];
  return (
    <p id={id} class={classes.filter(Boolean).join(' ') || undefined}>
      {numbering}
      <MarkedText text={text} findings={findings} />
    </p>
  );
}

type TableProps = { rows: Map<number, Cell[]>; at: (index: number) => Numbered[]; anchor: DocumentProps['anchor'] };
function TableView({ rows, at, anchor }: TableProps) {
  return (
    <table>
      <tbody>
        {[...rows].map(([row, cells]) => (
          <tr key={row}>
            {grouped(cells).map((group) => {
              const cell = group[0]?.paragraph.cell;
              const content = group.map(({ index, paragraph }) => (
                <ParagraphView key={index} id={anchor(index)} paragraph={paragraph} findings={at(index)} />
              ));
              const spans = { rowSpan: cell?.rowSpan ?? 1, colSpan: cell?.columnSpan ?? 1 };
              return cell?.header ? (
                <th key={cell.column} scope="col" {...spans}>
                  {content}
                </th>
              ) : (
                <td key={cell?.column} {...spans}>
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Several paragraphs of one cell. */
function grouped(cells: Cell[]): Cell[][] {
  const groups = new Map<number, Cell[]>();
  for (const cell of cells) {
    const column = cell.paragraph.cell?.column ?? 0;
    groups.set(column, [...(groups.get(column) ?? []), cell]);
  }
  return [...groups.values()];
}

function blocksOf(model: DocumentModel): Block[] {
  const blocks: Block[] = [];
  let table: number | null = null;
  for (const [index, paragraph] of model.paragraphs.entries()) {
    const { cell } = paragraph;
    if (!cell) {
      blocks.push({ kind: 'paragraph', index, paragraph });
      table = null;
      continue;
    }
    if (table !== cell.table) blocks.push({ kind: 'table', rows: new Map() });
    table = cell.table;
    const block = blocks.at(-1);
    if (block?.kind === 'table') block.rows.set(cell.row, [...(block.rows.get(cell.row) ?? []), { index, paragraph }]);
  }
  return blocks;
}
