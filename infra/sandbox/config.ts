import { z } from 'zod';
import { MailHost } from './mail/smtp.ts';
import { LOCAL_ACCOUNT, WeChatAccounts } from './wechat/account.ts';

const Listen = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'Expected host:port')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  });

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'Expected JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const Env = z.object({
  LOCKSTEP_SANDBOX_DATA_DIR: z.string().min(1),
  LOCKSTEP_SANDBOX_WECHAT_LISTEN: Listen.prefault('127.0.0.1:7401'),
  LOCKSTEP_SANDBOX_WECHAT_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** The accounts as JSON; default: one with every right. */
  LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS: json(WeChatAccounts).prefault(JSON.stringify([LOCAL_ACCOUNT])),
  LOCKSTEP_SANDBOX_MAIL_LISTEN: Listen.prefault('127.0.0.1:7402'),
  LOCKSTEP_SMTP_LISTEN: Listen.prefault('127.0.0.1:7403'),
  /** The mail host as JSON. */
  LOCKSTEP_SANDBOX_MAIL_HOST: json(MailHost).prefault('{}'),
});

/** Reads the settings of the stand-ins and names every one that is wrong at once. */
export function loadSandboxConfig(env: Record<string, string | undefined>) {
  const { data, error } = Env.safeParse(env);
  if (error) throw new Error(`Configuration of the stand-in servers cannot be used:\n${z.prettifyError(error)}`);
  return {
    dataDir: data.LOCKSTEP_SANDBOX_DATA_DIR,
    wechat: {
      listen: data.LOCKSTEP_SANDBOX_WECHAT_LISTEN,
      publicUrl: data.LOCKSTEP_SANDBOX_WECHAT_PUBLIC_URL?.replace(/\/+$/, ''),
      accounts: data.LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS,
    },
    mail: {
      http: data.LOCKSTEP_SANDBOX_MAIL_LISTEN,
      smtp: data.LOCKSTEP_SMTP_LISTEN,
      mailHost: data.LOCKSTEP_SANDBOX_MAIL_HOST,
    },
  };
}
