import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run, telling } from './command.ts';
import { LocalFailure } from './failure.ts';
import { withLock } from './lock.ts';
import { type Reporter, silentReporter } from './report.ts';

export const versityVersion = '1.8.0';
/** About how many packages the build compiles; only for the length of its bar. */
const goPackages = 750;

/**
 * Path of the Versity gateway, a small S3 server over a directory, for tests of the S3 blob store. Built from source
 * once per user, in a minute or two: Go checks the source against its public checksum database. Throws `LocalFailure`
 * where it cannot be had.
 */
export async function versityGateway(cacheDir: string, report: Reporter = silentReporter): Promise<string> {
  const name = `versitygw-${versityVersion}`;
  const target = join(cacheDir, name, process.platform === 'win32' ? 'versitygw.exe' : 'versitygw');
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
      const step = report.step(`S3 ${name}`);
      step.note('从源码编译，约 1–2 分钟，只此一次 building from source, one or two minutes, once only');
      const aside = await mkdtemp(join(cacheDir, 'fetching-versitygw-'));
      let packages = 0;
      try {
        const result = await run(
          'go',
          ['install', '-v', `github.com/versity/versitygw/cmd/versitygw@v${versityVersion}`],
          {
            env: { ...process.env, GOBIN: aside, GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' },
            onLine: (line) => step.progress(`go: ${line.slice(0, 60)}`, Math.min(0.99, ++packages / goPackages)),
          },
        );
        if (result.status !== 'ok') throw cannotBuild(telling(result));
        await mkdir(dirname(target), { recursive: true });
        await rename(join(aside, target.slice(dirname(target).length + 1)), target);
        step.done(target);
        return target;
      } finally {
        await rm(aside, { recursive: true, force: true });
      }
    },
    () => undefined,
  );
}

const cannotBuild = (why: string) =>
  new LocalFailure(
    { zh: `S3 测试服务器编译不了: ${why}`, en: `The S3 test server cannot be built: ${why}` },
    { zh: '安装 Go 1.25 以上，检查网络', en: 'install Go 1.25 or newer, and check the network' },
  );
