import type { RenderRelease } from '../../activities/releases/stage.ts';
import { createRenderRelease } from '../../activities/rendering/render-release.ts';
import { rasterise } from '../../infra/documents/rasterise.ts';
import { createDocumentReader } from '../../infra/documents/reader.ts';
import { pressMailTemplate } from '../../infra/mail/press-mail-template.ts';
import { createTypesetter } from '../../infra/typst/typesetter.ts';
import type { ChannelsFile } from '../../schemas/configuration.ts';

/** Rendering, put together: documents are converted in a child process, everything else in this one. */
export async function createRender({
  channels: office,
  websiteUrl,
}: {
  channels: ChannelsFile;
  websiteUrl: string;
}): Promise<RenderRelease> {
  // These files were accepted already; on a busy machine a refusal for slowness would come too late to help anybody.
  const { toDisplay } = createDocumentReader({ timeLimitMs: 120_000 });
  const render = createRenderRelease({ toDisplay, typesetter: createTypesetter(), rasterise, pressMailTemplate });
  return ({ revision: { content }, channels, part }) =>
    render({
      manifest: content.manifest,
      variants: content.variants,
      channels,
      office,
      websiteUrl: websiteUrl.replace(/\/+$/, ''),
      part,
    });
}
