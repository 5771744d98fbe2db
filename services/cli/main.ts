import { z } from 'zod';
import { defaultCacheDir, defaultDataDir } from '../../infra/local/layout.ts';
import { ExitCode } from '../../schemas/cli.ts';
import { runCli } from './program.ts';

const Env = z.object({
  LOCKSTEP_API_URL: z.url().optional(),
  LOCKSTEP_WEBSITE_URL: z.url().optional(),
  LOCKSTEP_SANDBOX_WECHAT_URL: z.url().optional(),
  LOCKSTEP_CONFIG_DIR: z.string().min(1).optional(),
  LOCKSTEP_TOKEN: z.string().min(1).optional(),
});

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort();
    // A second Ctrl-C ends at once whatever still waits.
    process.once(signal, () => process.exit(130));
  });
}

const env = Env.safeParse(process.env);
if (!env.success) {
  process.stderr.write(`环境变量不能用 The environment cannot be used:\n${z.prettifyError(env.error)}\n`);
  process.exit(ExitCode.usage);
}
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  dataDir: defaultDataDir(process.env),
  cacheDir: defaultCacheDir(process.env),
  configDir: env.data.LOCKSTEP_CONFIG_DIR,
  environment: process.env,
  known: {
    apiUrl: env.data.LOCKSTEP_API_URL,
    websiteUrl: env.data.LOCKSTEP_WEBSITE_URL,
    wechatUrl: env.data.LOCKSTEP_SANDBOX_WECHAT_URL,
  },
  token: env.data.LOCKSTEP_TOKEN,
  signal: interrupted.signal,
});
