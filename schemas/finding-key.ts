import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type Finding, FindingKey } from './finding.ts';

/**
 * The key of a finding: what it is about, not how it is worded, so that a mended message keeps its answers. Two findings
 * of one code at one place are one.
 */
export const findingKey = ({ code, item, location }: Pick<Finding, 'code' | 'item' | 'location'>): FindingKey =>
  FindingKey.parse(
    `${code}.${createHash('sha256')
      .update(canonicalize({ code, item, location }) ?? '')
      .digest('hex')
      .slice(0, 8)}`,
  );
