import { randomUUID } from 'node:crypto';
import { BundleId, type Channel, type Manifest } from '../../../schemas/bundle.ts';
import { CliFailure } from '../failure.ts';

export type DemoCopy = { manifest: Manifest; channels: Channel[]; leftOut: Channel[] };

/**
 * The bundle under an id of its own, so that the demo can be run again: a released bundle is never released twice. It
 * goes to those of its channels that are installed.
 */
export function copyForDemo(manifest: Manifest, installed: readonly Channel[]): DemoCopy {
  const channels = manifest.channels.filter((channel) => installed.includes(channel));
  const leftOut = manifest.channels.filter((channel) => !installed.includes(channel));
  if (channels.length === 0) {
    throw new CliFailure({
      type: 'ChannelNotInstalled',
      message: {
        zh: `清单中的渠道（${leftOut.join('、')}）都没有安装。`,
        en: `None of the manifest's channels is installed (${leftOut.join(', ')}).`,
      },
      where: 'manifest.json: channels',
      mend: { zh: `可用：${installed.join('、')}`, en: `Installed: ${installed.join(', ')}` },
    });
  }
  return { manifest: { ...manifest, bundleId: BundleId.parse(randomUUID()) }, channels, leftOut };
}
