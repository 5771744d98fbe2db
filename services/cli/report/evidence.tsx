import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ChainVerdict } from '../../../activities/audit/chain.ts';
import type { VouchedEvidence } from '../../../activities/audit/evidence.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import type { BundleEvidence } from '../../../schemas/evidence.ts';
import { Course, Reads, Unbacked } from './evidence-course.tsx';
import { evidenceCss } from './evidence-css.ts';
import { Emergency, Later } from './evidence-later.tsx';
import { Release } from './evidence-release.tsx';
import { Revision } from './evidence-revision.tsx';
import { Summary } from './evidence-summary.tsx';
import { Both } from './grid.tsx';
import { reportCss } from './report-css.ts';

export type EvidenceReport = {
  evidence: BundleEvidence;
  vouched: VouchedEvidence;
  /** Rows of the chain about the bundle whose fact its tables do not have. */
  unbacked: AuditRow[];
  /** The bundle's own rows of the chain. */
  rows: AuditRow[];
  /** Of the whole chain. */
  verdict: ChainVerdict;
  /** How many signed checkpoints it was compared with. */
  checkpoints: number;
};

/**
 * 审签发布证据 of one bundle: a first page to be read in a minute, then every fact once, each with its row of the chain.
 * Self-contained HTML without script; what people wrote is escaped text.
 */
export const renderEvidence = (report: EvidenceReport): string =>
  `<!doctype html>\n${renderToStaticMarkup(<Page {...report} />)}\n`;

function Page(report: EvidenceReport) {
  const { vouched } = report;
  return (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>审签发布证据 Evidence</title>
        <style dangerouslySetInnerHTML={{ __html: reportCss + evidenceCss }} />
      </head>
      <body>
        <main>
          <article>
            <Summary {...report} />
          </article>
          <article class="details">
            <h2>
              <Both zh="各稿与审签" en="Revisions and sign-off" />
            </h2>
            {vouched.revisions.map(({ revision }) => (
              <Revision key={revision} revision={revision} vouched={vouched} />
            ))}
            {vouched.releases.length > 0 && (
              <h2>
                <Both zh="发布" en="Release" />
              </h2>
            )}
            {vouched.releases.map((release) => (
              <Release key={release.releaseId} release={release} vouched={vouched} />
            ))}
            <Emergency {...report} />
            <Later {...report} />
            <Course {...report} />
            <Reads {...report} />
            <Unbacked {...report} />
          </article>
        </main>
      </body>
    </html>
  );
}
