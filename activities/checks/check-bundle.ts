import type { CheckOutcome, CheckResult, Finding } from '../../schemas/finding.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import type { RuleData } from '../../schemas/rules.ts';
import type { Intake } from '../bundles/intake.ts';
import { sealedContent, sealOf } from '../bundles/seal.ts';
import type { DocumentModel } from '../documents/model.ts';
import type { ReadDocument } from '../documents/read.ts';
import { outlineOf } from './outline.ts';
import { type CheckedBundle, type CheckedItem, finding, type Rule } from './rule.ts';
import { ruleSetOf } from './rule-set.ts';
import { RULE_FAILED } from './system.ts';

export type CheckDeps = {
  /** Reads one file; in production in a child process that can do nothing else. */
  readDocument: ReadDocument;
  rules: readonly Rule[];
  data: RuleData;
  /** 渠道策略 that the seal is computed with; the default of a new bundle where none is given. */
  policy?: ReleasePolicy;
};

export type BundleCheck = CheckResult & { models: Map<string, DocumentModel>; ruleSet: string };

/** Codes about markup that is taken out before anything is shown; every other refusal of a file refuses the bundle. */
const SANITISED = new Set(['MARKUP-ACTIVE']);
const REFUSING = /^(FILE|MANIFEST|MARKUP)-/;

/**
 * 检查 of a whole bundle: reads every part, runs every rule. Never throws for what a bundle holds. A rule that fails is
 * an `error` finding of its own, since a check that did not run must not look like one that passed.
 */
export async function checkBundle(intake: Intake, deps: CheckDeps): Promise<BundleCheck> {
  const findings = [...intake.findings];
  const models = new Map<string, DocumentModel>();
  const items: CheckedItem[] = [];
  // One after another: a child process at a time keeps memory within its limit whatever the bundle holds.
  for (const part of intake.parts) {
    const { model, findings: unreadable } = await deps.readDocument({ ...part.item, bytes: part.bytes });
    findings.push(...unreadable.map((found) => ({ ...found, item: part.item.id })));
    if (!model) continue;
    models.set(part.item.id, model);
    items.push({ item: part.item, model });
  }
  const bundle = bundleOf(intake, items);
  for (const rule of deps.rules) findings.push(...run(rule, bundle, deps.data));

  const ruleSet = ruleSetOf(deps.rules, deps.data);
  const distinct = withoutRepeats(findings);
  const outcome = outcomeOf(distinct);
  const { manifest, parts } = intake;
  const seal =
    outcome === 'rejected' || manifest === null
      ? null
      : sealOf(
          sealedContent({
            manifest,
            parts: parts.map(({ item, sha256, bytes }) => ({ id: item.id, sha256, bytes: bytes.byteLength })),
            channels: manifest.channels,
            policy: deps.policy ?? 'publish-rest',
            ruleSet,
          }),
        );
  return { seal, outcome, findings: distinct, models, ruleSet };
}

export function bundleOf({ manifest }: Pick<Intake, 'manifest'>, items: CheckedItem[]): CheckedBundle {
  const withRole = (role: string) => items.filter(({ item }) => item.role === role);
  const policy = withRole('policy-document')[0] ?? null;
  return {
    manifest,
    items,
    policy,
    plan: withRole('interpretation-plan')[0] ?? null,
    materials: withRole('interpretation-material'),
    outline: policy && outlineOf(policy.model),
  };
}

function run(rule: Rule, bundle: CheckedBundle, data: RuleData): Finding[] {
  try {
    return rule.check(bundle, data);
  } catch (error) {
    const code = rule.codes[0]?.code ?? '';
    return [
      finding(
        RULE_FAILED,
        'bundle',
        { where: 'rule', quote: code },
        {
          zh: `检查规则 ${code} 没有运行完：${error instanceof Error ? error.message : String(error)}`,
          en: `Rule ${code} did not finish: ${error instanceof Error ? error.message : String(error)}`,
        },
        {
          zh: '请联系系统管理员；在此之前该项按不通过处理。',
          en: 'Tell the administrator; until then it counts as failed.',
        },
      ),
    ];
  }
}

function outcomeOf(findings: Finding[]): CheckOutcome {
  const refusing = findings.filter(({ code, severity }) => severity === 'error' && REFUSING.test(code));
  if (refusing.some(({ code }) => !SANITISED.has(code))) return 'rejected';
  if (refusing.length > 0) return 'sanitised';
  return findings.some(({ severity }) => severity !== 'info') ? 'findings' : 'clean';
}

/** Intake and a rule may see the same thing; it is told once. */
function withoutRepeats(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, item, location }) => {
    const key = JSON.stringify([code, item, location.where, location.paragraph, location.start, location.quote]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
