import { join } from 'node:path';
import { loadSandboxConfig } from './config.ts';
import { startMailSandbox } from './mail/server.ts';
import { startWeChatSandbox } from './wechat/server.ts';

const log = (message: string) => void process.stdout.write(`${new Date().toISOString()} ${message}\n`);

try {
  const { dataDir, wechat, mail } = loadSandboxConfig(process.env);
  const platform = await startWeChatSandbox({
    dataDir: join(dataDir, 'wechat'),
    accounts: wechat.accounts,
    ...wechat.listen,
    ...(wechat.publicUrl ? { publicUrl: wechat.publicUrl } : {}),
    log,
  });
  const mailHost = await startMailSandbox({ dataDir: join(dataDir, 'mail'), ...mail, log });
  const stop = () => {
    Promise.all([platform.close(), mailHost.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log(`stopping failed: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Last: who waits for this line may end the process at once.
  log(`WeChat platform ${platform.url} (followers see ${platform.url}/followers)`);
  log(`mail host ${mailHost.url}, SMTP ${mailHost.smtp.host}:${mailHost.smtp.port}`);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
