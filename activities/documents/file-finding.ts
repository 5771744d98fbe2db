import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';

/** A finding about a file as such; the caller adds which item of the bundle it is. */
export type FileFinding = Omit<Finding, 'item'>;

/** Rules about files come from no regulation: they are what it takes to look into a file at all. */
export const INTAKE_SOURCE = '系统收件规则';

/**
 * A finding of the intake. Messages name no address, script or macro of the file: a hostile file must not be able to
 * speak through its own refusal.
 */
export const fileFinding = (
  code: string,
  message: Bilingual,
  suggestion: Bilingual,
  location: Partial<Finding['location']> = {},
): FileFinding => ({
  code,
  gate: 'intake',
  severity: 'error',
  location: { where: 'file', quote: '', ...location },
  message,
  source: INTAKE_SOURCE,
  suggestion,
});
