import { z } from 'zod';
import { BundleId, Channel } from './bundle.ts';
import { Amendment, ChannelState } from './release.ts';
import { Bilingual, Instant } from './text.ts';

/**
 * 覆盖表: how an act of a later bundle reached every channel that carried this one. A channel is reached once the later
 * bundle's own publication there was verified and, where the original can still be changed, the original shows the act (or
 * is gone, where it was withdrawn).
 */
export const Coverage = z.strictObject({
  bundleId: BundleId,
  acts: z.array(
    z.strictObject({
      amendment: Amendment,
      whole: z.boolean(),
      channels: z.array(
        z.strictObject({
          channel: Channel,
          /** What became of the later bundle's own publication here. */
          notice: z.strictObject({ state: ChannelState, at: Instant.nullable(), url: z.string().nullable() }),
          /** Since when the original here shows the act or is gone; null where it does not (yet, or cannot). */
          originalAt: Instant.nullable(),
          reached: z.boolean(),
          detail: Bilingual.nullable(),
        }),
      ),
    }),
  ),
});
export type Coverage = z.infer<typeof Coverage>;
