import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens the platform's memory in `directory`. Everything that was answered with success is in it, so a `kill -9` of
 * this process loses nothing a caller was told. WAL with `synchronous=NORMAL` survives the process, which is what dies here.
 */
export function openStore(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const db = new DatabaseSync(join(directory, 'platform.sqlite'));
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS tokens (
      token TEXT PRIMARY KEY, appid TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS tokens_appid ON tokens (appid, issued_at);
    CREATE TABLE IF NOT EXISTS forced_refreshes (appid TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS forced_refreshes_appid ON forced_refreshes (appid, at);
    CREATE TABLE IF NOT EXISTS calls (
      appid TEXT NOT NULL, day TEXT NOT NULL, api TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (appid, day, api)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS images (
      key TEXT PRIMARY KEY, media_type TEXT NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS materials (
      media_id TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL, image_key TEXT NOT NULL REFERENCES images (key), created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS drafts (
      media_id TEXT PRIMARY KEY, appid TEXT NOT NULL, articles TEXT NOT NULL, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS drafts_appid ON drafts (appid, updated_at);
    CREATE TABLE IF NOT EXISTS publications (
      publish_id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, media_id TEXT NOT NULL, article_id TEXT NOT NULL UNIQUE,
      submitted_at INTEGER NOT NULL, done_at INTEGER NOT NULL, status INTEGER NOT NULL, fail_idx TEXT NOT NULL,
      told_callback INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS publications_media_id ON publications (media_id);
    CREATE INDEX IF NOT EXISTS publications_appid ON publications (appid, publish_id);
    CREATE TABLE IF NOT EXISTS articles (
      sn TEXT PRIMARY KEY, publish_id INTEGER NOT NULL REFERENCES publications (publish_id), idx INTEGER NOT NULL,
      article TEXT NOT NULL, deleted_at INTEGER, UNIQUE (publish_id, idx)
    ) STRICT;
    INSERT INTO sqlite_sequence (name, seq) SELECT 'publications', 100000000 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence);
  `);
  return db;
}

/** Runs `work` in one transaction: a caller never meets half of it, nor does the next start of the server. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
