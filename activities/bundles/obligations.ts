import type { Finding, Obligations } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';

/** What the findings ask of the reviewers. `overridable` holds the codes that two people may let pass (I23). */
export function obligationsOf(findings: readonly Finding[], overridable: ReadonlySet<string>): Obligations {
  const of = (severity: Finding['severity']) => {
    const byKey = new Map(
      findings
        .filter((finding) => finding.severity === severity && finding.gate !== 'intake')
        .map((finding) => [findingKey(finding), finding]),
    );
    return [...byKey].map(([finding, { gate, code }]) => ({ gate, finding, code }));
  };
  return {
    errors: of('error').map(({ code, ...error }) => ({ ...error, overridable: overridable.has(code) })),
    warnings: of('warning').map(({ code: _, ...warning }) => warning),
  };
}
