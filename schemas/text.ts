import { z } from 'zod';

/** A message for people: Chinese first, English complete. */
export const Bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Bilingual = z.infer<typeof Bilingual>;

/** SHA-256 in lower-case hexadecimal. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Expected a SHA-256 of 64 lower-case hexadecimal digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

/** An instant, RFC 3339 with its offset; stored as UTC, shown in Asia/Shanghai. */
export const Instant = z.iso.datetime({ offset: true });
export type Instant = z.infer<typeof Instant>;

/** A calendar day in Asia/Shanghai, `YYYY-MM-DD`. */
export const Day = z.iso.date();
export type Day = z.infer<typeof Day>;
