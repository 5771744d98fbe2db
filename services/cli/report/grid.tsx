import type { ComponentChildren } from 'preact';
import type { Instant } from '../../../schemas/text.ts';
import { beijingTime } from '../words.ts';
import { gateName } from './words.ts';

/** Chinese, and beside it the English, in the language that it is. */
export const Both = ({ zh, en }: { zh: string; en: string }) => (
  <>
    {zh} <span lang="en">{en}</span>
  </>
);

type GridProps = { caption: [zh: string, en: string]; head: [zh: string, en: string][]; children: ComponentChildren };
/** A table that says what it is, in columns that say what they are. */
export const Grid = ({ caption: [zh, en], head, children }: GridProps) => (
  <div class="wide">
    <table>
      <caption>
        <Both zh={zh} en={en} />
      </caption>
      <thead>
        <tr>
          {head.map(([title, english]) => (
            <th key={english} scope="col">
              <Both zh={title} en={english} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

/** The first cell names the line; the last, where there is one, is the row of the chain that vouches for it. */
export const Line = ({ cells: [name, ...cells], seq }: { cells: ComponentChildren[]; seq?: number | null }) => (
  <tr>
    <th scope="row">{name}</th>
    {cells.map((cell, column) => (
      <td key={`${column + 1}`}>{cell}</td>
    ))}
    {seq !== undefined && (
      <td>
        <Voucher seq={seq} />
      </td>
    )}
  </tr>
);

export const chainColumn: [string, string] = ['链', 'Row'];

/** A fact without a row was changed after it was written, or never went through the database's own triggers. */
export const Voucher = ({ seq }: { seq: number | null }) =>
  seq === null ? (
    <strong class="bad">
      ✖ <Both zh="链上没有" en="not in the chain" />
    </strong>
  ) : (
    <span class="voucher">✓ 第 {seq} 行</span>
  );

/** Beijing time with milliseconds; nothing where there is no instant yet. */
export const Time = ({ at }: { at: Instant | null }) =>
  at === null ? <>–</> : <time dateTime={at}>{beijingTime(at, { milliseconds: true })}</time>;

export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="facts">{children}</dl>;
export const Fact = ({ zh, en, children }: { zh: string; en: string; children: ComponentChildren }) => (
  <>
    <dt>
      <Both zh={zh} en={en} />
    </dt>
    <dd>{children}</dd>
  </>
);
export const Gate = ({ of }: { of: string }) => <Both zh={gateName(of).zh} en={of} />;
export const Id = ({ of }: { of: string }) => <code class="digest">{of}</code>;
