export { type MailSandboxOptions, startMailSandbox } from './mail/server.ts';
export { LOCAL_ACCOUNT, localAccount, WeChatAccount } from './wechat/account.ts';
export { startWeChatSandbox, type WeChatSandboxOptions } from './wechat/server.ts';
