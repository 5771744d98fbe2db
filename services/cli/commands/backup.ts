import { resolve } from 'node:path';
import { z } from 'zod';
import { TransientFailure } from '../../../activities/ports/event-bus.ts';
import { drillBackup } from '../../../infra/backup/drill.ts';
import type { Progress } from '../../../infra/backup/progress.ts';
import { BackupRefusal } from '../../../infra/backup/refusal.ts';
import { restoreBackup } from '../../../infra/backup/restore.ts';
import { writeBackup } from '../../../infra/backup/write.ts';
import { openBlobStore } from '../../../infra/blobs/open.ts';
import { type Environment, readSettings } from '../../../infra/config/environment.ts';
import { shippedConfigDir } from '../../../infra/config/office.ts';
import { type CorePlaces, withCorePlaces } from '../../../infra/local/core-database.ts';
import { createReporter } from '../../../infra/local/report.ts';
import { isDatabaseDown } from '../../../infra/postgres/client.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import type { CliBackup, CliRestore, CliRestoreDrill } from '../../../schemas/backup.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';

const RestoreOptions = z.object({ replace: z.boolean().default(false), drill: z.boolean().default(false) });

/** 备份: the rows of one instant and the bytes that they refer to. Ends 1 where bytes were missing already. */
export async function backup(invocation: Invocation, directory: string): Promise<ExitCode> {
  const { cwd, dataDir, configDir = shippedConfigDir } = invocation;
  const result = await onThisMachine(invocation, { besides: 'anything', mustExist: true }, (places, progress) =>
    writeBackup(
      { ...sources(places, invocation.environment), dataDir, configDir, software: packageFile.version },
      resolve(cwd, directory),
      progress,
    ),
  );
  invocation.print(result, backupView(result));
  return result.missing.length === 0 ? ExitCode.ok : ExitCode.failed;
}

/** 恢复, or with `--drill` its rehearsal, which changes nothing. */
export async function restore(invocation: Invocation, directory: string, rawOptions: unknown): Promise<ExitCode> {
  const { replace, drill } = RestoreOptions.parse(rawOptions);
  if (replace && drill) throw usage({ zh: '--drill 不代替任何内容。', en: '--drill replaces nothing.' });
  const { cwd, dataDir, configDir = shippedConfigDir } = invocation;
  const from = resolve(cwd, directory);
  if (drill) {
    const result = await onThisMachine(
      invocation,
      { besides: 'anything', mustExist: false },
      ({ adminUrl }, progress) => drillBackup({ adminUrl: adminUrl ?? noServer(), dataDir, from }, progress),
    );
    invocation.print(result, drillView(result));
    return result.ok ? ExitCode.ok : ExitCode.failed;
  }
  const restoredBy = invocation.person ?? 'system';
  const result = await onThisMachine(invocation, { besides: 'nothing', mustExist: false }, (places, progress) =>
    restoreBackup({ ...sources(places, invocation.environment), dataDir, configDir }, from, {
      replace,
      restoredBy,
      ...progress,
    }),
  );
  invocation.print(result, restoreView(result));
  return ExitCode.ok;
}

function sources({ coreUrl, blobDir, stagingDir }: CorePlaces, environment: Environment) {
  const buckets = readSettings(environment, ['LOCKSTEP_BLOB_S3_URL', 'LOCKSTEP_STAGING_S3_URL']);
  const open = (name: 'BLOB' | 'STAGING', local: string) => {
    const bucket = buckets[`LOCKSTEP_${name}_S3_URL`];
    const directory = bucket ? environment[`LOCKSTEP_${name}_DIR`] : local;
    return openBlobStore(name, { directory, bucket });
  };
  return { databaseUrl: coreUrl, blobs: open('BLOB', blobDir), staging: open('STAGING', stagingDir) };
}

const noServer = (): never => {
  throw usage(
    {
      zh: '演练要建临时数据库，但没有指明用哪个角色。',
      en: 'A drill makes a scratch database, and no role is named that may.',
    },
    { zh: '设置 LOCKSTEP_POSTGRES_URL。', en: 'Set LOCKSTEP_POSTGRES_URL.' },
  );
};

async function onThisMachine<T>(
  { dataDir, cacheDir, environment, stderr, signal }: Invocation,
  how: { besides: 'nothing' | 'anything'; mustExist: boolean },
  work: (places: CorePlaces, progress: Progress) => Promise<T>,
): Promise<T> {
  const report = createReporter(stderr);
  try {
    return await withCorePlaces({ dataDir, cacheDir, env: environment, report, signal, ...how }, (places) =>
      work(places, { report, signal }),
    );
  } catch (error) {
    if (error instanceof BackupRefusal) {
      throw usage(error.what, error.mend, error.where);
    }
    if (isDatabaseDown(error)) {
      throw new CliFailure({
        type: 'DependencyDown',
        message: {
          zh: '数据库连接不上，或者中途断开。',
          en: `The database cannot be reached, or went away: ${reason(error)}`,
        },
        mend: {
          zh: '检查地址和数据库；可以从头再来。',
          en: 'Look at the address and the server; it can be run again from the start.',
        },
      });
    }
    const { code, path } = (error instanceof TransientFailure ? error.cause : error) as NodeJS.ErrnoException;
    if (!(error instanceof Error) || !/^E[A-Z]+$/.test(code ?? '')) throw error;
    throw new CliFailure({
      type: 'Internal',
      message: { zh: '文件读写失败。', en: `A file cannot be read or written: ${error.message}` },
      where: path ?? null,
      mend: { zh: '检查磁盘空间和权限后重来。', en: 'Look at free space and permissions, then run it again.' },
    });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MB`;
const chain = (audit: CliBackup['audit']): string => (audit ? `${audit.size}  ${audit.head}` : '空 empty');
const missingLines = (missing: CliBackup['missing'], when: string): string[] =>
  missing.length === 0
    ? []
    : [
        `✖ ${when}`,
        ...missing.slice(0, 20).map(({ store, sha256 }) => `  ${store} ${sha256}`),
        ...(missing.length > 20 ? [`  … ${missing.length}`] : []),
      ];
const lostLines = (lost: CliRestore['lostRows']): string[] =>
  lost
    ? [
        `! 审计链第 ${lost.from}–${lost.to} 行已由检查点签名，但不在这份备份里：备份之后的决定和回执会丢失`,
        `  Rows ${lost.from} to ${lost.to} of the audit chain were signed in checkpoints and are not in this backup`,
      ]
    : [];
const text = (lines: string[]): string => `${lines.join('\n')}\n`;

const backupView = (made: CliBackup): string =>
  text([
    `✓ 已备份 backed up  ${made.directory}`,
    `  时刻 as of ${made.takenAt}；${made.tables} 张表 tables，${made.rows} 行 rows，${made.files} 个文件 files，${megabytes(made.bytes)}`,
    `  审计链头 audit head  ${chain(made.audit)}`,
    `  清单 manifest.json  ${made.manifestSha256}`,
    '! 备份里有未发布的全文和发布密钥，要和数据库一样保密',
    '  It holds unreleased text and release keys: keep it as secret as the database',
    ...missingLines(made.missing, '备份时已经缺失或损坏的内容 missing or damaged when it was taken'),
  ]);

const restoreView = (done: CliRestore): string =>
  text([
    `✓ 已恢复 restored  备份时刻 backup of ${done.backupAt}，${done.rows} 行 rows，${done.blobs} 个内容 blobs`,
    `  审计链头 audit head  ${chain(done.audit)}，检查点 checkpoints ${done.checkpoints}`,
    ...(done.replacedSchema ? [`  原内容 what was there: schema ${done.replacedSchema}`] : []),
    ...lostLines(done.lostRows),
    ...(done.checkpointsAside ? [`  较新的检查点另存为 newer checkpoints are kept as ${done.checkpointsAside}`] : []),
    ...(done.configurationDiffers.length > 0
      ? [`! 与备份时不同的配置 configuration that differs: ${done.configurationDiffers.join(', ')}`]
      : []),
    ...missingLines(done.missing, '备份里没有的内容 not in the backup'),
    '! 发布已关闭：启动系统，运行 lockstep reconcile 与各渠道核对，由操作员确认后才能再发布',
    '  Releases are off: start the system, compare every channel with lockstep reconcile, and have an operator clear it',
  ]);

const drillView = (seen: CliRestoreDrill): string =>
  text([
    seen.ok ? '✓ 演练成功 the drill succeeded' : '✖ 演练失败 the drill failed',
    `  备份时刻 backup of ${seen.backupAt}；${seen.rows} 行 rows，${seen.files} 个文件 files，用时 took ${(seen.tookMs / 1_000).toFixed(1)} s`,
    `  审计链完好 audit chain verified  ${chain(seen.audit)}，检查点 checkpoints ${seen.checkpoints}`,
    ...lostLines(seen.lostRows),
    ...missingLines(seen.missing, '备份里没有的内容 not in the backup'),
  ]);
