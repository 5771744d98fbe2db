import type { Channel, ManifestItem, Variants } from '../../schemas/bundle.ts';
import type { ChannelsFile } from '../../schemas/configuration.ts';
import { permanent } from '../../schemas/failures.ts';
import type { RenderedObject, RenderingDeps, SealedManifest } from './ports.ts';
import { composePressMail } from './press/mail.ts';
import { buildPack } from './press/pack.ts';
import { type PublicItems, readPublicItems } from './public-items.ts';
import { renderWebsite } from './website/render-website.ts';
import { renderWeChat } from './wechat/render-wechat.ts';

export type RenderInput = {
  manifest: SealedManifest;
  /** Complete: as submitted or as proposed. */
  variants: Variants;
  channels: Channel[];
  office: Pick<ChannelsFile, 'site' | 'wechat' | 'press'>;
  /** Public address of the website, without a slash at its end. */
  websiteUrl: string;
  /** Bytes of a part as they were sealed; throws where they lost their digest. */
  part: (id: ManifestItem['id']) => Promise<Uint8Array>;
};

/**
 * Makes the final bytes of every channel from sealed content. The same content gives the same bytes: no clock, no
 * random number, no font of the machine is used, and the time of publication is not in them.
 */
export const createRenderRelease =
  (deps: RenderingDeps) =>
  async ({ part, channels, ...input }: RenderInput): Promise<{ channel: Channel; objects: RenderedObject[] }[]> => {
    const items = await readPublicItems({ manifest: input.manifest, part }, deps);
    return Promise.all(
      channels.map(async (channel) => ({ channel, objects: await renderChannel(channel, { ...input, items }, deps) })),
    );
  };

type Context = Omit<RenderInput, 'part' | 'channels'> & { items: PublicItems };

async function renderChannel(
  channel: Channel,
  { manifest, variants, items, office, websiteUrl }: Context,
  deps: RenderingDeps,
): Promise<RenderedObject[]> {
  const { site, wechat, press } = office;
  switch (channel) {
    case 'website':
      return renderWebsite({ site, manifest, items, websiteUrl }, deps);
    case 'wechat':
      return renderWeChat({ manifest, variants, items, wechat, websiteUrl }, deps);
    case 'press-pack': {
      const context = { manifest, items, press, site, websiteUrl };
      const mail = composePressMail(context, await deps.pressMailTemplate());
      return [
        { path: 'pack.zip', mediaType: 'application/zip', bytes: await buildPack(context, deps) },
        { path: 'mail.json', mediaType: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(mail)) },
      ];
    }
    case 'app':
    case 'gazette':
      throw permanent('ChannelNotInstalled', {
        zh: `渠道 ${channel} 尚未安装，无法生成内容`,
        en: `Channel ${channel} is not installed, nothing can be made for it`,
      });
    default:
      channel satisfies never;
      throw new RangeError(`Unknown channel ${String(channel)}`);
  }
}
