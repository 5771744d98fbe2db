import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run, telling } from './command.ts';
import { LocalFailure } from './failure.ts';
import { withLock } from './lock.ts';
import type { Step } from './report.ts';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

interface Jars {
  /** Folder name in the cache, with the version in it. */
  name: string;
  pom: string;
  cacheDir: string;
  /** How many jars there will be, so that a bar can be drawn. */
  expected: number;
  step: Step;
  signal?: AbortSignal;
}

/**
 * Gives the folder of jars that a pom lists, fetched once per user. The folder appears whole or not at all: it is
 * filled under another name and renamed. Throws `LocalFailure` when Maven is missing or cannot fetch.
 */
export async function fetchJars({ name, pom, cacheDir, expected, step, signal }: Jars): Promise<string> {
  const target = join(cacheDir, name);
  const present = () =>
    stat(target).then(
      () => true,
      () => false,
    );
  if (await present()) return target;
  return withLock(
    join(cacheDir, 'locks', name),
    async () => {
      if (await present()) return target;
      const aside = `${target}.${process.pid}.new`;
      await mkdir(dirname(target), { recursive: true });
      const watch = setInterval(async () => {
        const count = await readdir(aside).then(
          (files) => files.length,
          () => 0,
        );
        // Maven loads everything into its own repository first, and copies at the end.
        step.progress('Maven 下载 downloading', count > 0 ? count / expected : undefined);
      }, 500);
      try {
        const result = await run('mvn', mavenArguments(pom, aside, cacheDir), {
          env: { ...process.env, MAVEN_OPTS: `-Xmx256m ${process.env.MAVEN_OPTS ?? ''}`.trim() },
          onLine: (line) => {
            const file = /Download(?:ing|ed) from [^:]+: \S*\/(\S+)/.exec(line)?.[1];
            if (file) step.progress(`Maven 下载 downloading ${file}`);
          },
          ...(signal && { signal }),
        });
        if (result.status === 'missing') throw noMaven();
        if (result.status === 'failed') throw cannotFetch(telling(result));
        await rename(aside, target);
        return target;
      } finally {
        clearInterval(watch);
        await rm(aside, { recursive: true, force: true });
      }
    },
    (holder) => step.note(`等待另一次启动下载完 (进程 ${holder}) waiting for another start's download`),
  );
}

// A repository of its own inside the cache: works with an empty or missing home, and one removal takes all of it.
const mavenArguments = (pom: string, target: string, cacheDir: string): string[] => [
  '--batch-mode',
  '-f',
  pom,
  `-Dmaven.repo.local=${join(cacheDir, 'maven')}`,
  `-DoutputDirectory=${target}`,
  copyDependencies,
];

const noMaven = () =>
  new LocalFailure(
    { zh: '没有找到 Maven (mvn)', en: 'Maven (mvn) was not found' },
    {
      zh: '安装 Maven 和 Java 17，或启动 Docker，或用环境变量给出现成服务的地址',
      en: 'install Maven and Java 17, or start Docker, or give the address of a running service in the environment',
    },
  );

const cannotFetch = (why: string) =>
  new LocalFailure(
    { zh: `Maven 下载失败: ${why}`, en: `Maven could not fetch: ${why}` },
    {
      zh: '检查网络与磁盘空间；内网请在 ~/.m2/settings.xml 配置镜像，然后重试',
      en: 'check network and disk space; behind a firewall set a mirror in ~/.m2/settings.xml, then try again',
    },
  );

/** Throws `LocalFailure` unless Java 17 or newer is on the PATH. */
export async function requireJava(): Promise<void> {
  const result = await run('java', ['-version'], { timeoutMs: 20_000 });
  const version = result.status === 'ok' ? /version "(\d+)/.exec(result.output)?.[1] : undefined;
  if (version !== undefined && Number(version) >= 17) return;
  throw new LocalFailure(
    version === undefined
      ? { zh: '没有找到可用的 Java', en: 'No usable Java was found' }
      : { zh: `Java ${version} 太旧，Kafka 需要 17 以上`, en: `Java ${version} is too old, Kafka needs 17 or newer` },
    {
      zh: '安装 Java 17 (如 Temurin 或发行版的 openjdk-17-jre)，或启动 Docker',
      en: 'install Java 17 (Temurin, or openjdk-17-jre of your distribution), or start Docker',
    },
  );
}
