import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from './layout.ts';
import { fetchJars, requireJava } from './maven.ts';
import { type Reporter, silentReporter } from './report.ts';

const name = 'temporal-test-server-1.31.0';

/**
 * Path of an executable for `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type:
 * 'existing-path', path } } })`: in its tests twenty working days pass in a second. It comes from Maven, since the
 * SDK's own download needs a network that offices often don't have; fetched once into `cacheDir`.
 */
export async function timeSkippingServerPath(cacheDir: string, report: Reporter = silentReporter): Promise<string> {
  const script = join(cacheDir, name, 'run');
  if (await stat(script).catch(() => undefined)) return script;
  await requireJava();
  const step = report.step('Temporal 测试服务器 test server 1.31.0');
  const pom = join(repositoryRoot, 'infra/local/temporal/test-server.pom.xml');
  const jars = await fetchJars({ name: `${name}-jars`, pom, cacheDir, expected: 39, step });
  await mkdir(join(cacheDir, name), { recursive: true });
  const aside = `${script}.${process.pid}.new`;
  await writeFile(aside, `#!/bin/sh\nexec java -Xmx256m -cp '${jars}/*' io.temporal.testserver.TestServer "$@"\n`);
  await chmod(aside, 0o755);
  await rename(aside, script);
  step.done(script);
  return script;
}
