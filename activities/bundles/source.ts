import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';

/** A file of the bundle, by its path with `/`, as it stands there. */
export type SourceFile = { path: string; bytes: number };

/** A file that is there and is never opened: what is wrong with it, for people. */
export type RefusedFile = {
  path: string;
  code:
    | 'FILE-PATH-UNSAFE'
    | 'FILE-NAME-UNSAFE'
    | 'FILE-DUPLICATE-ENTRY'
    | 'FILE-TOO-LARGE'
    | 'FILE-ENCRYPTED'
    | 'FILE-CORRUPT';
  message: Bilingual;
};

/** Where a bundle comes from: a directory, a zip, or (for `lockstep check`) one document. Only infra opens files. */
export interface BundleSource {
  kind: 'directory' | 'zip' | 'document';
  /** Safe files only, sorted by path. */
  list(): Promise<SourceFile[]>;
  /** Throws for a path that `list` does not have, or whose bytes cannot be had (`UnreadableFile`). */
  read(path: string): Promise<Uint8Array>;
  /** What is wrong with the source as a whole; with an error here nothing can be read. */
  findings: Finding[];
  refused: RefusedFile[];
}

/** Thrown by `read`: the file was listed and yet cannot be had (damaged entry, size that lied, changed meanwhile). */
export class UnreadableFile extends Error {
  readonly refusal: RefusedFile;
  constructor(refusal: RefusedFile) {
    super(refusal.message.en);
    this.refusal = refusal;
  }
}

/** ASVS 5.2.3: limits hold for declared and for counted sizes. */
export const BUNDLE_LIMITS = {
  entries: 2000,
  totalBytes: 200 * 1024 * 1024,
  entryBytes: 50 * 1024 * 1024,
  /** Of unpacked to packed bytes over the whole archive; real documents stay under 30. */
  ratio: 100,
  /** Below this total the ratio says nothing: a short text of one repeated letter is no bomb. */
  ratioFloorBytes: 5 * 1024 * 1024,
};
