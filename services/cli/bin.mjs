#!/usr/bin/env node
// Starts the command line on the pinned Node. Plain JavaScript: it must run on whatever Node the machine has.
import { spawn } from 'node:child_process';
// biome-ignore lint/style/noRestrictedImports: nothing of ours can be loaded before the packages are there.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url)); // links, such as the one in node_modules/.bin, are followed
const modules = join(here, '..', '..', 'node_modules');
const main = join(here, 'main.ts');
// Not tsx: it takes the JSX settings from whatever directory the command is given in.
const loader = join(here, '..', '..', 'infra', 'jsx.ts');
const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
const major = Number(process.versions.node.split('.')[0]);
// A platform without a pinned Node runs on its own, if that is new enough.
const node = existsSync(pinned) ? pinned : major >= 24 ? process.execPath : undefined;

if (!existsSync(join(modules, 'commander')) || node === undefined) {
  process.stderr.write(
    '✗ 依赖没有安装，或者没有 Node 24。Packages are not installed, or there is no Node 24.\n' +
      '  怎么办: 在项目目录运行 npm ci --ignore-scripts\n  To mend: run npm ci --ignore-scripts in the project directory\n',
  );
  process.exit(5);
}

// Ctrl-C reaches the child by itself, as a member of the terminal's group; this process only has to outlive it.
process.on('SIGINT', () => {});
const args = ['--disable-warning=ExperimentalWarning', '--import', pathToFileURL(loader).href, main];
// What Node compiled is kept beside the packages: the second call starts in half the time.
const env = { NODE_COMPILE_CACHE: join(modules, '.cache', 'node'), ...process.env };
const child = spawn(node, [...args, ...process.argv.slice(2)], { stdio: 'inherit', env });
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('error', (error) => {
  process.stderr.write(`✗ ${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
