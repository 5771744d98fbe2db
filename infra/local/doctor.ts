import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { run } from './command.ts';
import { dockerUnusable } from './docker.ts';
import { servicesChecks } from './doctor-services.ts';
import { type Bilingual, reasonOf } from './failure.ts';
import { readMemory } from './memory.ts';

export interface Check {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  message: Bilingual;
  /** What to do about it; missing where nothing has to be done. */
  mend?: Bilingual;
}

export interface DoctorOptions {
  dataDir: string;
  cacheDir: string;
  env: Record<string, string | undefined>;
  /** Years of the working-day table. */
  calendarYears: readonly number[];
  now?: Date;
}

/** Looks at everything a start needs and at what runs now. Starts nothing, changes nothing, throws nothing. */
export async function doctor(options: DoctorOptions): Promise<Check[]> {
  const { dataDir, cacheDir, env, calendarYears, now = new Date() } = options;
  const groups = await Promise.all([
    tools(env),
    disk('disk: data', dataDir),
    disk('disk: cache', cacheDir),
    memory(),
    [calendar(calendarYears, now), fonts()],
    servicesChecks(dataDir, env),
  ]);
  return groups.flat();
}

const ok = (name: string, zh: string, en = zh): Check => ({ name, status: 'ok', message: { zh, en } });

/** Java with Maven, and Python or Go, are only needed where no Docker engine answers and no address is given. */
async function tools(env: DoctorOptions['env']): Promise<Check[]> {
  const version = async (command: string, args: string[], pattern: RegExp) => {
    const result = await run(command, args, { timeoutMs: 20_000 });
    return result.status === 'ok' ? (pattern.exec(result.output)?.[1] ?? 'unknown') : undefined;
  };
  const [docker, java, maven, pip, go, temporal] = await Promise.all([
    dockerUnusable(),
    version('java', ['-version'], /version "(\d+)/),
    version('mvn', ['--batch-mode', '--version'], /Apache Maven ([\d.]+)/),
    version('python3', ['-m', 'pip', '--version'], /pip ([\d.]+)/),
    version('go', ['version'], /go([\d.]+)/),
    version('temporal', ['--version'], /version ([\d.]+)/),
  ]);
  const major = Number(process.versions.node.split('.')[0]);
  const kafkaElsewhere = docker === undefined || Boolean(env.LOCKSTEP_KAFKA_BROKERS);
  const temporalElsewhere = docker === undefined || Boolean(env.LOCKSTEP_TEMPORAL_ADDRESS) || temporal !== undefined;
  const needed = (isThere: boolean, elsewhere: boolean) => (isThere ? 'ok' : elsewhere ? 'warn' : 'fail');
  const install = (what: string): Bilingual => ({
    zh: `安装 ${what}，或启动 Docker，或用环境变量给出现成服务的地址`,
    en: `install ${what}, or start Docker, or give the address of a running service in the environment`,
  });
  return [
    major >= 24
      ? ok('node', process.versions.node)
      : {
          name: 'node',
          status: 'fail',
          message: { zh: `Node ${process.versions.node}，需要 24`, en: `Node ${process.versions.node}, 24 is needed` },
          mend: { zh: '用 npm start 启动，或安装 Node 24', en: 'start with npm start, or install Node 24' },
        },
    docker === undefined
      ? ok('docker', '引擎可用', 'engine answers')
      : {
          name: 'docker',
          status: 'warn',
          message: { zh: `${docker}；改用本地进程`, en: 'not usable; local processes are used' },
        },
    {
      name: 'java',
      status: needed(Number(java) >= 17, kafkaElsewhere),
      message: { zh: `Java ${java ?? '没有'}`, en: `Java ${java ?? 'missing'}` },
      ...(Number(java) >= 17 ? {} : { mend: install('Java 17') }),
    },
    {
      name: 'maven',
      status: needed(maven !== undefined, kafkaElsewhere),
      message: { zh: `Maven ${maven ?? '没有'}`, en: `Maven ${maven ?? 'missing'}` },
      ...(maven ? {} : { mend: install('Maven') }),
    },
    {
      name: 'python/pip, go',
      status: needed(pip !== undefined || go !== undefined, temporalElsewhere),
      message: { zh: `pip ${pip ?? '没有'}，go ${go ?? '没有'}`, en: `pip ${pip ?? 'missing'}, go ${go ?? 'missing'}` },
      ...(pip || go ? {} : { mend: install('Python 3 + pip / Go') }),
    },
  ];
}

async function disk(name: string, path: string): Promise<Check> {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    const { bavail, bsize } = await statfs(existing);
    const free = (bavail * bsize) / 1024 ** 3;
    const message = { zh: `${path} 可用 ${free.toFixed(1)} GB`, en: `${free.toFixed(1)} GB free at ${path}` };
    if (free >= 2) return { name, status: 'ok', message };
    return {
      name,
      status: free < 0.5 ? 'fail' : 'warn',
      message,
      mend: {
        zh: '腾出空间，或用 LOCKSTEP_DATA_DIR、LOCKSTEP_CACHE_DIR 换到别的磁盘',
        en: 'make room, or move with LOCKSTEP_DATA_DIR and LOCKSTEP_CACHE_DIR',
      },
    };
  } catch (error) {
    return {
      name,
      status: 'warn',
      message: { zh: `查不到 ${path}: ${reasonOf(error)}`, en: `cannot look at ${path}` },
    };
  }
}

/** Backing services and our processes take about 1.5 GB together. */
async function memory(): Promise<Check> {
  const free = (await readMemory()) / 1024 ** 3;
  const message = { zh: `可用内存 ${free.toFixed(1)} GB`, en: `${free.toFixed(1)} GB of memory available` };
  if (free >= 2) return { name: 'memory', status: 'ok', message };
  const mend = { zh: '关闭别的程序；需要约 2 GB', en: 'close other programs; about 2 GB are needed' };
  return { name: 'memory', status: free < 0.7 ? 'fail' : 'warn', message, mend };
}

/** Gate deadlines count working days; a year without a table is refused, so it is better known beforehand. */
export function calendar(years: readonly number[], now: Date): Check {
  const year = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(now));
  const mend = {
    zh: '按国务院办公厅放假通知补全 calendar.yaml',
    en: 'add the year to calendar.yaml from the State Council notice',
  };
  if (!years.includes(year)) {
    return {
      name: 'calendar',
      status: 'fail',
      message: { zh: `没有 ${year} 年的工作日表`, en: `no working days for ${year}` },
      mend,
    };
  }
  const month = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', month: 'numeric' }).format(now));
  // Next year's notice comes out in November or December.
  if (month === 12 && !years.includes(year + 1)) {
    return {
      name: 'calendar',
      status: 'warn',
      message: { zh: `还没有 ${year + 1} 年的工作日表`, en: `no working days for ${year + 1} yet` },
      mend,
    };
  }
  return ok('calendar', `${year} 年工作日表在`, `working days of ${year} are there`);
}

function fonts(): Check {
  const missing = ['@expo-google-fonts/noto-sans-sc', '@expo-google-fonts/noto-serif-sc'].filter((name) => {
    try {
      createRequire(import.meta.url).resolve(`${name}/package.json`);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return ok('fonts', '中文字体包在', 'Chinese fonts are installed');
  const names = missing.join(', ');
  return {
    name: 'fonts',
    status: 'fail',
    message: { zh: `缺字体包 ${names}`, en: `font packages missing: ${names}` },
    mend: { zh: '运行 npm ci --ignore-scripts', en: 'run npm ci --ignore-scripts' },
  };
}
