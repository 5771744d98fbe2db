import type { Bilingual } from '../../schemas/text.ts';

/** Why a backup or a restore is not made: what, where, how to mend. Nothing was changed. */
export class BackupRefusal extends Error {
  override readonly name = 'BackupRefusal';
  readonly what: Bilingual;
  readonly mend: Bilingual;
  readonly where: string | null;

  constructor(what: Bilingual, mend: Bilingual, where: string | null = null) {
    super(`${what.zh} ${what.en}`);
    this.what = what;
    this.mend = mend;
    this.where = where;
  }
}
