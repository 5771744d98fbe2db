import type { RenderRelease } from '../../activities/releases/stage.ts';
import { createRenderRelease } from '../../activities/rendering/render-release.ts';
import { createDocumentReader } from '../../infra/documents/reader.ts';
import { pressMailTemplate } from '../../infra/mail/press-mail-template.ts';
import type { ChannelsFile } from '../../schemas/configuration.ts';

/**
 * Rendering, put together. Documents are converted, set and drawn in a child process: what would hold this process up
 * could make another bundle late for its T0. `warmUp` has the child ready before the first bundle comes.
 */
export function createRender({ channels: office, websiteUrl }: { channels: ChannelsFile; websiteUrl: string }): {
  render: RenderRelease;
  warmUp(): Promise<void>;
  close(): Promise<void>;
} {
  // These files were accepted already; on a busy machine a refusal for slowness would come too late to help anybody.
  const { toDisplay, typesetter, rasterise, warmUp, close } = createDocumentReader({ timeLimitMs: 120_000 });
  const renderRelease = createRenderRelease({ toDisplay, typesetter, rasterise, pressMailTemplate });
  const render: RenderRelease = ({ revision: { content }, channels, part }) =>
    renderRelease({
      manifest: content.manifest,
      variants: content.variants,
      channels,
      office,
      websiteUrl: websiteUrl.replace(/\/+$/, ''),
      part,
    });
  return { render, warmUp: () => warmUp('rendering'), close };
}
