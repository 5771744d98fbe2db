import { readRunState } from '../../infra/local/run-state.ts';
import { notRunning } from './failure.ts';

/** Where the parts of a system are found; each may be given by name, the rest is what runs here. */
export type KnownAddresses = {
  apiUrl: string | undefined;
  websiteUrl: string | undefined;
  /** Page of the stand-in account that shows what followers see. */
  wechatUrl: string | undefined;
};

/** The system that a command talks to. `websiteUrl` and `wechatUrl` are undefined where only the API is known. */
export async function findSystem(known: KnownAddresses, dataDir: string): Promise<KnownAddresses & { apiUrl: string }> {
  const running = await readRunState(dataDir);
  const apiUrl = known.apiUrl ?? running?.apiUrl;
  if (apiUrl === undefined) throw notRunning(null);
  // The website that runs here belongs to the API that runs here, not to one elsewhere.
  const here = running?.apiUrl === apiUrl ? running : undefined;
  return {
    apiUrl,
    websiteUrl: known.websiteUrl ?? here?.websiteUrl,
    wechatUrl: known.wechatUrl ?? here?.wechatUrl,
  };
}
