import type { BackingService, ServiceContext } from './backing-service.ts';
import { untilReady } from './daemon.ts';
import { startContainer } from './docker.ts';
import { LocalFailure, reasonOf } from './failure.ts';
import { type Instance, mayRun, recordedInstance, recordInstance, stopInstance } from './instances.ts';

/**
 * Makes one service answer and gives its address. Walks the four ways in their order; the note on the screen says why
 * the earlier ones were not taken. `docker` is why containers cannot be started, undefined when they can.
 */
export async function provide(
  service: BackingService,
  context: ServiceContext,
  docker: Promise<string | undefined>,
): Promise<string> {
  const { step, env, signal } = context;
  const use = async (address: string, way: string, reasons: string[] = []) => {
    await service.afterwards?.(address, context);
    if (reasons.length > 0) step.note(reasons.join('; '));
    step.done(`${way}  ${withoutPassword(address)}`);
    return address;
  };

  const given = env[service.variable];
  if (given) {
    await requireAnswer(service, given);
    return use(given, `环境变量 environment ${service.variable}`);
  }
  const earlier = await earlierInstance(service, context);
  if (typeof earlier === 'object') return use(earlier.address, '先前启动的实例 from an earlier start');
  const reasons = [`${service.variable} 未设 not set`, earlier];
  const unusable = await docker;
  if (unusable) reasons.push(unusable);
  else {
    try {
      return await use(await inDocker(service, context), 'Docker', reasons);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`Docker: ${reasonOf(error)}`);
    }
  }
  return use(await asProcess(service, context), '本地进程 local process', reasons);
}

async function requireAnswer(service: BackingService, address: string): Promise<void> {
  try {
    await service.probe(address);
  } catch (error) {
    const where = `${service.variable}=${withoutPassword(address)}`;
    throw new LocalFailure(
      {
        zh: `${where} 没有可用的 ${service.title}: ${reasonOf(error)}`,
        en: `${where} does not answer as ${service.title}`,
      },
      {
        zh: `启动那个服务，改正 ${service.variable}，或去掉它让我们自己启动一个`,
        en: `start that service, correct ${service.variable}, or unset it to have one started`,
      },
    );
  }
}

/** A healthy instance of ours, or the reason why there is none. One that hangs or is of another version is ended. */
async function earlierInstance(service: BackingService, context: ServiceContext): Promise<Instance | string> {
  const instance = await recordedInstance(service, context.dataDir);
  if (!instance) return '无先前实例 no earlier instance';
  if (!mayRun(instance)) return '先前实例已结束 earlier instance has ended';
  const current = instance.version === service.version && instance.address === service.address(context);
  if (current && (await answers(service, instance.address))) {
    if (instance.way === 'test-container') await (await import('./test-container.ts')).shareTestContainer(instance);
    return instance;
  }
  await stopInstance(service, context.dataDir);
  return '先前实例不可用，已停掉 earlier instance was unusable and was ended';
}

/** An instance may be starting, or busy: it gets a few tries. */
async function answers(service: BackingService, address: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await service.probe(address);
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return false;
}

async function inDocker(service: BackingService, context: ServiceContext): Promise<string> {
  const address = service.address(context);
  if (context.profile === 'test') {
    const { startTestContainer } = await import('./test-container.ts');
    const container = await startTestContainer(service, context);
    await recordInstance(service, context, { way: 'test-container', ...container });
    return address;
  }
  await startContainer(service.name, context);
  await recordInstance(service, context, { way: 'compose' });
  for (const end = Date.now() + service.readyWithinMs; Date.now() < end; ) {
    if (await answers(service, address)) return address;
    context.signal?.throwIfAborted();
  }
  await stopInstance(service, context.dataDir);
  throw new Error(`container not ready within ${service.readyWithinMs / 1000} s`);
}

async function asProcess(service: BackingService, context: ServiceContext): Promise<string> {
  const address = service.address(context);
  const { identity, log } = await service.startLocal(context);
  // Recorded before it is ready: if we are killed now, the next start still finds it.
  await recordInstance(service, context, { way: 'process', identity });
  try {
    const { readyWithinMs: withinMs } = service;
    await untilReady(identity, () => service.probe(address), { log, withinMs, signal: context.signal });
    return address;
  } catch (error) {
    await stopInstance(service, context.dataDir);
    throw context.signal?.aborted ? error : startFailed(service, error);
  }
}

function startFailed(service: BackingService, error: unknown): LocalFailure {
  const detail = error instanceof Error ? error.message : String(error);
  const what = { zh: `${service.title} 启动失败`, en: `${service.title} did not start: ${detail}` };
  if (/no space left/i.test(detail)) {
    return new LocalFailure(what, {
      zh: '磁盘已满，请腾出空间后重试',
      en: 'the disk is full: make room and try again',
    });
  }
  return new LocalFailure(what, {
    zh: '看上面的日志结尾；lockstep doctor 会检查本机环境',
    en: 'see the end of the log above; `lockstep doctor` checks this machine',
  });
}

const withoutPassword = (address: string): string => address.replace(/\/\/[^@/]*@/, '//');
