import { z } from 'zod';

/** Where a store lies in S3-compatible storage, and who asks. `base` has no user, no query and ends in `/`. */
export type Bucket = { base: URL; region: string; accessKeyId: string; secretAccessKey: string };

const refused = (context: z.RefinementCtx, message: string) => {
  context.addIssue({ code: 'custom', message }); // never with the value: it holds a secret
  return z.NEVER;
};

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/**
 * `https://KEY_ID:SECRET@host/…/?region=…`: the address of a bucket, or of a folder in it, the way the storage's
 * operator gives it (`https://host/bucket` or `https://bucket.host`). Key id and secret are percent-encoded.
 */
export const Bucket = z.string().transform((value, context): Bucket => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) {
    return refused(context, '应为 https 地址 Expected https://KEY_ID:SECRET@host/bucket?region=REGION');
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    return refused(context, '内容库只能用 https 访问 Bytes travel under https only, but on this machine');
  }
  const [accessKeyId, secretAccessKey] = [decoded(url.username), decoded(url.password)];
  if (!accessKeyId || !secretAccessKey) {
    return refused(
      context,
      '缺少访问密钥，或没有按百分号编码 Key id and secret are needed before the @, percent-encoded ("/" is %2F)',
    );
  }
  const region = url.searchParams.get('region') ?? 'us-east-1';
  const base = new URL(url.pathname.replace(/\/*$/, '/'), url.origin);
  return { base, region, accessKeyId, secretAccessKey };
});

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
