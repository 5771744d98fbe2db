import type { WeChatAccountSetting } from '../../schemas/configuration.ts';
import type { OfficialAccount } from './activities.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { createWeChatClient } from './wechat/client.ts';
import { articleOriginsOf, createWeChatDelivery } from './wechat/delivery.ts';
import type { DeliveryDeps } from './wechat/ports.ts';

type Deps = Omit<DeliveryDeps, 'client' | 'uploads' | 'articleOrigins'> & {
  /** `https://api.weixin.qq.com`, or the address of a stand-in. */
  apiUrl: string;
  /** By AppID. */
  secrets: ReadonlyMap<string, string>;
  store: Pick<DeliveryStore, 'uploads'>;
};

/** The way to each account, with its own token, library of pictures and quotas. */
export const connectAccounts = (
  accounts: readonly WeChatAccountSetting[],
  { apiUrl, secrets, store, ...deps }: Deps,
): OfficialAccount[] =>
  accounts.map(({ id, name, author, appId }) => ({
    id,
    name,
    author,
    delivery: createWeChatDelivery({
      ...deps,
      client: createWeChatClient({ apiUrl, appId, secret: secrets.get(appId) ?? '' }),
      uploads: store.uploads(id),
      articleOrigins: articleOriginsOf(apiUrl),
    }),
  }));
