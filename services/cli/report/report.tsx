import { renderToStaticMarkup } from 'preact-render-to-string';
import type { BundleCheck } from '../../../activities/checks/check-bundle.ts';
import type { Outline } from '../../../activities/checks/outline.ts';
import type { SourcedFigure } from '../../../activities/checks/same-source-table.ts';
import type { Manifest, ManifestItem } from '../../../schemas/bundle.ts';
import { DocumentView } from './document.tsx';
import type { Numbered } from './marked-text.tsx';
import { reportCss } from './report-css.ts';
import { SameSourceView } from './same-source-view.tsx';
import { GATE_ORDER, gateName, OUTCOMES, placeName, SEVERITIES } from './words.ts';

export type Reported = {
  path: string;
  manifest: Manifest | null;
  items: ManifestItem[];
  check: BundleCheck;
  /** 公文要素 as the document has them. */
  outline: Outline | null;
  /** 九要素 of the materials, as a help to the reviewer. */
  coverage: { name: string; present: boolean }[];
  /** 数据同源核对. */
  figures: SourcedFigure[];
};

/** The report a drafter opens: self-contained, printable, without script. Everything from a bundle is escaped text. */
export function renderReport(reported: Reported[]): string {
  return `<!doctype html>\n${renderToStaticMarkup(<Report reported={reported} />)}\n`;
}

function Report({ reported }: { reported: Reported[] }) {
  let last = 0;
  const numbered = reported.map((each) => ({
    ...each,
    findings: each.check.findings.map((finding): Numbered => {
      last += 1;
      return { ...finding, number: last };
    }),
  }));
  return (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>检查意见 Findings</title>
        <style dangerouslySetInnerHTML={{ __html: reportCss }} />
      </head>
      <body>
        <main>
          <h1>检查意见 Findings</h1>
          {numbered.map((each, index) => (
            <BundleReport key={each.path} index={index} {...each} />
          ))}
        </main>
      </body>
    </html>
  );
}

function BundleReport({
  index,
  path,
  manifest,
  items,
  check,
  outline,
  coverage,
  figures,
  findings,
}: Reported & { index: number; findings: Numbered[] }) {
  // Bundles of one report may have parts of the same id.
  const anchor = (item: string, paragraph: number) => `text-${index + 1}-${item}-${paragraph + 1}`;
  const outcome = OUTCOMES[check.outcome];
  const gates = GATE_ORDER.filter((gate) => findings.some((finding) => finding.gate === gate));
  return (
    <article>
      <h2>{manifest?.title ?? path}</h2>
      <p class={`outcome ${check.outcome}`}>
        {outcome.sign} {outcome.zh} {outcome.en}
      </p>
      <dl class="facts">
        <dt>来源 Source</dt>
        <dd>{path}</dd>
        <dt>封签 Seal</dt>
        <dd class="digest">{check.seal ?? '无 none'}</dd>
        <dt>规则集 Rule set</dt>
        <dd>{check.ruleSet}</dd>
        {elementsOf(outline).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      {gates.map((gate) => (
        <section key={gate}>
          <h3>
            {gateName(gate).zh} {gateName(gate).en}
          </h3>
          <ol class="listed">
            {findings
              .filter((finding) => finding.gate === gate)
              .map((finding) => (
                <FindingView
                  key={finding.number}
                  finding={finding}
                  shown={check.models.has(finding.item) && finding.location.quote !== ''}
                />
              ))}
          </ol>
        </section>
      ))}
      {coverage.length > 0 && (
        <section>
          <h3>解读要素 Elements of interpretation</h3>
          <ul class="coverage">
            {coverage.map(({ name, present }) => (
              <li key={name} class={present ? 'present' : 'absent'}>
                {present ? '✓ 有' : '○ 未见'} {name}
              </li>
            ))}
          </ul>
        </section>
      )}
      {figures.length > 0 && <SameSourceView figures={figures} anchor={anchor} />}
      {items.map((item) => {
        const model = check.models.get(item.id);
        if (!model) return null;
        return (
          <section key={item.id} class="part">
            <h3>
              {item.title ?? item.file} <small>{item.id}</small>
            </h3>
            <DocumentView
              id={item.id}
              model={model}
              anchor={(paragraph) => anchor(item.id, paragraph)}
              findings={findings.filter((finding) => finding.item === item.id)}
            />
          </section>
        );
      })}
    </article>
  );
}

/** What a reader of the document would call its elements; what is missing is a finding, not a blank here. */
const elementsOf = (outline: Outline | null): [name: string, value: string][] =>
  (
    [
      ['标题 Title', outline?.title?.text],
      ['发文字号 Number', outline?.documentNumber?.text],
      ['主送机关 Recipients', outline?.recipients?.text.replace(/[：:]$/u, '')],
      ['成文日期 Date', outline?.date?.text],
      ['附注 Note', outline?.note?.text],
      ['附件 Annexes', outline?.annexes.map(({ title }) => title).join('；')],
    ] as const
  ).flatMap(([name, value]) => (value ? [[name, value]] : []));

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** `shown`: its part stands below, with the place marked; what is missing, a refused file or the manifest is not. */
function FindingView({ finding, shown }: { finding: Numbered; shown: boolean }) {
  const { sign, zh, en } = SEVERITIES[finding.severity];
  const { where, paragraph, quote } = finding.location;
  const place = `${finding.item}，${placeName(where)}${paragraph === undefined ? '' : `，第${paragraph + 1}段`}`;
  return (
    <li id={`finding-${finding.number}`} value={finding.number} class={finding.severity}>
      <p>
        <strong>
          {sign} {zh} {en}
        </strong>{' '}
        <code>{finding.code}</code> {shown ? <a href={`#place-${finding.number}`}>{place}</a> : place}
      </p>
      <p>{finding.message.zh}</p>
      <p lang="en">{finding.message.en}</p>
      {quote !== '' && <blockquote>{quote}</blockquote>}
      {finding.suggestion && (
        <p class="mend">
          怎么改：{finding.suggestion.zh} <span lang="en">{finding.suggestion.en}</span>
        </p>
      )}
      <p class="source">依据：{finding.source}</p>
    </li>
  );
}
