// The first thing `npm start` and `npm test` run: on whatever Node (18 or newer) the machine has, without a package.
// It sees to the locked packages, and then hands over to the pinned Node that is one of them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const pinnedMajor = 24;
const entries = { start: 'infra/local/start.ts', test: 'infra/local/test.ts' };

/** Ends with one message that names the mend. */
function giveUp(zh, en, mendZh, mendEn, code = 5) {
  process.stderr.write(`✗ ${zh}\n  ${en}\n  怎么办: ${mendZh}\n  To mend: ${mendEn}\n`);
  process.exit(code);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  giveUp(
    `Node ${process.versions.node} 太旧`,
    `Node ${process.versions.node} is too old`,
    '安装 Node 18 以上 (含 npm)；之后项目自带 Node 24',
    'install Node 18 or newer with npm; the project brings its own Node 24 from there on',
  );
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm writes what it installed beside it, at the end; so an installation that broke off has no such file. */
function packagesAreCurrent() {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules/.package-lock.json'));
  if (!wanted)
    giveUp('没有 package-lock.json', 'package-lock.json is missing', '重新克隆仓库', 'clone the repository again', 1);
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return optional === true; // made for another system
    return found.version === version && found.integrity === integrity;
  });
}

function holderRuns(lock, age) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // Just made and not yet signed, or another user's, who may not be asked.
    return (error.code === 'ENOENT' && age < 2_000) || error.code === 'EPERM';
  }
}

/** One installation at a time per checkout: npm clears node_modules first, also under another npm's feet. */
async function withInstallLock(work) {
  const name = `lockstep-install-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  const lock = join(tmpdir(), name);
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // The holder was killed, or its number now belongs to a stranger who holds it for longer than npm ever takes.
    if (!holderRuns(lock, age) || age > 10 * 60_000) rmSync(lock, { recursive: true, force: true });
    else if (!told) process.stdout.write(`… 等待另一次安装 waiting for another installation (${lock})\n`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  work();
  release();
}

function install() {
  if (packagesAreCurrent()) return;
  process.stdout.write('… 安装锁定的依赖包 installing the locked packages (npm ci)\n');
  const since = Date.now();
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...flags]] : ['npm', flags];
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.error) {
    giveUp('没有找到 npm', 'npm was not found', '安装带 npm 的 Node', 'install a Node that comes with npm');
  }
  if (result.signal) process.exit(130);
  if (result.status !== 0) {
    giveUp(
      'npm ci 失败，原因见上',
      'npm ci failed for the reason above',
      '检查网络、磁盘空间与 npm registry 设置 (npm config get registry)，然后重试',
      'check network, disk space and the registry setting (npm config get registry), then try again',
    );
  }
  process.stdout.write(`✓ 依赖包 packages  ${((Date.now() - since) / 1000).toFixed(1)} s\n`);
}

/** The pinned Node where the platform has one; else the running one, if it is new enough. */
function node() {
  const pinned = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (major >= pinnedMajor) return process.execPath;
  return giveUp(
    `这个平台 (${process.platform} ${process.arch}) 没有自带的 Node ${pinnedMajor}，而当前是 ${process.versions.node}`,
    `There is no pinned Node ${pinnedMajor} for ${process.platform} ${process.arch}, and the running one is ${process.versions.node}`,
    `安装 Node ${pinnedMajor} 后重试`,
    `install Node ${pinnedMajor} and try again`,
  );
}

const [task, ...args] = process.argv.slice(2);
const entry = entries[task];
if (!entry) {
  giveUp(`未知任务 ${task}`, `Unknown task ${task}`, '用 npm start 或 npm test', 'use npm start or npm test', 2);
}
if (!packagesAreCurrent()) await withInstallLock(install);

const program = node();
const flags = ['--disable-warning=ExperimentalWarning', '--import', pathToFileURL(join(root, 'infra/jsx.ts')).href];
// What Node compiled is kept with the packages it belongs to: a warm start costs half the processor time.
const compiled = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/node');
const path = `${join(root, 'node_modules/.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`;
const child = spawn(program, [...flags, join(root, entry), ...args], {
  cwd: root,
  env: { ...process.env, PATH: path, NODE_COMPILE_CACHE: compiled },
  // The channel tells the child when this process is killed, so that it does not stay behind alone.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('error', (error) => giveUp(`无法启动 ${program}`, error.message, '重新运行 npm ci', 'run npm ci again'));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
