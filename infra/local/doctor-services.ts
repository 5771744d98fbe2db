import pg from 'pg';
import type { Check } from './doctor.ts';
import { reasonOf } from './failure.ts';
import { readJson } from './files.ts';
import { backingServices, portsInUse, recordedInstance } from './instances.ts';
import { dataLayout } from './layout.ts';
import { isFree, portNames, portVariable, RememberedPorts } from './ports.ts';
import { isRunning } from './process-identity.ts';
import { recordedRun } from './run-state.ts';

type Env = Record<string, string | undefined>;

/** Health of what runs, and what would stand in the way of a start. */
export async function servicesChecks(dataDir: string, env: Env): Promise<Check[]> {
  const [backing, own, clock, ports] = await Promise.all([
    Promise.all(backingServices.map((service) => backingCheck(service, dataDir, env))),
    ownProcesses(dataDir),
    clockCheck(dataDir, env),
    portsCheck(dataDir, env),
  ]);
  return [...backing, ...own, clock, ports];
}

async function backingCheck(service: (typeof backingServices)[number], dataDir: string, env: Env): Promise<Check> {
  const name = service.name;
  const given = env[service.variable];
  const address = given ?? (await recordedInstance(service, dataDir))?.address;
  if (!address) return { name, status: 'ok', message: { zh: '未启动', en: 'not started' } };
  try {
    await service.probe(address);
    return { name, status: 'ok', message: { zh: '运行正常', en: 'running' } };
  } catch (error) {
    const mend = given
      ? { zh: `启动该服务或改正 ${service.variable}`, en: `start that service or correct ${service.variable}` }
      : { zh: '重新运行 npm start', en: 'run npm start again' };
    const message = { zh: `没有应答: ${reasonOf(error)}`, en: `does not answer: ${reasonOf(error)}` };
    return { name, status: 'fail', message, mend };
  }
}

async function ownProcesses(dataDir: string): Promise<Check[]> {
  const run = await recordedRun(dataDir);
  if (!run) return [];
  const { logs } = dataLayout(dataDir);
  return Promise.all(
    run.processes.map(async ({ name, identity, readyUrl }): Promise<Check> => {
      const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(3_000) }).catch((error: Error) => error);
      if (answer instanceof Response && answer.status === 200) {
        return { name, status: 'ok', message: { zh: '运行正常', en: 'running' } };
      }
      const state = isRunning(identity) ? { zh: '未就绪', en: 'not ready' } : { zh: '已退出', en: 'has ended' };
      return {
        name,
        status: 'fail',
        message: state,
        mend: { zh: `看日志 ${logs}/${name}.log`, en: `read ${logs}/${name}.log` },
      };
    }),
  );
}

/** T0 is told by the database's clock; people look at this machine's. */
async function clockCheck(dataDir: string, env: Env): Promise<Check> {
  const name = 'clock';
  const postgres = backingServices.find((service) => service.name === 'postgres');
  const url = env.LOCKSTEP_POSTGRES_URL ?? (postgres && (await recordedInstance(postgres, dataDir))?.address);
  if (!url)
    return { name, status: 'ok', message: { zh: '数据库未启动，未比较', en: 'database not started, not compared' } };
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    const asked = Date.now();
    const { rows } = await client.query<{ at: string }>(`select extract(epoch from clock_timestamp()) * 1000 as at`);
    const skew = Math.abs(Number(rows[0]?.at) - (asked + Date.now()) / 2);
    const message = {
      zh: `与数据库时钟相差 ${skew.toFixed(0)} ms`,
      en: `${skew.toFixed(0)} ms from the database's clock`,
    };
    if (skew <= 250) return { name, status: 'ok', message };
    const mend = { zh: '在两台机器上启用 NTP 校时', en: 'turn on NTP on both machines' };
    return { name, status: skew > 1_000 ? 'fail' : 'warn', message, mend };
  } catch (error) {
    return {
      name,
      status: 'warn',
      message: { zh: `比较不了: ${reasonOf(error)}`, en: `cannot be compared: ${reasonOf(error)}` },
    };
  } finally {
    await client.end().catch(() => {});
  }
}

async function portsCheck(dataDir: string, env: Env): Promise<Check> {
  const name = 'ports';
  const remembered = (await readJson(dataLayout(dataDir).ports, RememberedPorts)) ?? {};
  const ours = await portsInUse(dataDir);
  const taken: string[] = [];
  for (const port of portNames) {
    const fixed = env[portVariable(port)];
    const number = fixed ? Number(fixed) : remembered[port];
    if (number && !ours.has(number) && !(await isFree(number))) taken.push(`${number} (${port})`);
  }
  if (taken.length === 0) return { name, status: 'ok', message: { zh: '没有冲突', en: 'no conflict' } };
  return {
    name,
    status: 'warn',
    message: { zh: `被别的程序占用: ${taken.join(', ')}`, en: `taken by other programs: ${taken.join(', ')}` },
    mend: {
      zh: '下次启动会自选别的端口；由环境变量指定的请改',
      en: 'the next start chooses others; change those fixed in the environment',
    },
  };
}
