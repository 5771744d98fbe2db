import { z } from 'zod';
import { Digest, Instant } from './text.ts';

/** A path inside a backup, with `/`; can never lead out of it. */
const BackupPath = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.@/-]+$/);
const Name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const Count = z.int().nonnegative();

/** A digest that rows name, and whose bytes were not there, or not whole, when the backup was taken. */
const MissingBlob = z.strictObject({ store: z.enum(['blobs', 'staging']), sha256: Digest });

/** `manifest.json` of a backup 备份: what it holds, and the digest of every file in it. */
export const BackupManifest = z.strictObject({
  format: z.literal('lockstep-backup'),
  version: z.literal(1),
  /** By the database clock: the instant that the rows show. */
  takenAt: Instant,
  /** Version of the software that took it. */
  software: z.string().min(1),
  /** Names of the core database's migrations, in order. */
  migrations: z.array(z.string().regex(/^\d{4}-[\w-]+$/)).min(1),
  /** `tables/<name>.copy` holds these columns in the text format of PostgreSQL's COPY. */
  tables: z.array(z.strictObject({ name: Name, columns: z.array(Name).min(1), rows: Count })),
  sequences: z.array(z.strictObject({ name: Name, lastValue: z.string().regex(/^-?\d+$/) })),
  /** Null where the chain was empty. */
  audit: z.strictObject({ size: z.int().positive(), head: Digest }).nullable(),
  missing: z.array(MissingBlob),
  files: z.array(z.strictObject({ path: BackupPath, bytes: Count, sha256: Digest })),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

/** `lockstep backup DIR --json`; exit 1 where something is `missing`, though the backup was written. */
export const CliBackup = z.strictObject({
  directory: z.string(),
  takenAt: Instant,
  tables: Count,
  rows: Count,
  files: Count,
  bytes: Count,
  audit: BackupManifest.shape.audit,
  /** Of manifest.json, to be noted elsewhere: who holds it can tell any change of the backup. */
  manifestSha256: Digest,
  missing: BackupManifest.shape.missing,
});
export type CliBackup = z.infer<typeof CliBackup>;

/** What checkpoints of this machine signed beyond the end of the backup: these rows are not in it. */
const LostRows = z.strictObject({ from: z.int().positive(), to: z.int().positive() });

/** `lockstep restore DIR --json`. */
export const CliRestore = z.strictObject({
  restoredAt: Instant,
  backupAt: Instant,
  rows: Count,
  audit: BackupManifest.shape.audit,
  checkpoints: Count,
  blobs: Count,
  lostRows: LostRows.nullable(),
  /** File that the newer checkpoints were moved to. */
  checkpointsAside: z.string().nullable(),
  /** Schema of the database that keeps what was replaced. */
  replacedSchema: z.string().nullable(),
  /** Files of the office's configuration that are not as they were at the backup; they are left as they are. */
  configurationDiffers: z.array(z.string()),
  missing: BackupManifest.shape.missing,
});
export type CliRestore = z.infer<typeof CliRestore>;

/** `lockstep restore --drill DIR --json`; exit 1 where a restore would not bring everything back. */
export const CliRestoreDrill = z.strictObject({
  ok: z.boolean(),
  backupAt: Instant,
  rows: Count,
  files: Count,
  audit: BackupManifest.shape.audit,
  checkpoints: Count,
  lostRows: LostRows.nullable(),
  missing: BackupManifest.shape.missing,
  tookMs: z.number().nonnegative(),
});
export type CliRestoreDrill = z.infer<typeof CliRestoreDrill>;
