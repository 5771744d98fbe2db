import type { z } from 'zod';
import type { BundleId, ItemId } from '../../../schemas/bundle.ts';

type Item = z.infer<typeof ItemId>;

const extensions: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'application/ofd': 'ofd',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

/** File name extension of a media type, without the dot. */
export const extensionOf = (mediaType: string): string => extensions[mediaType] ?? 'bin';

/** Paths of objects inside a release. They hold ids and digests, never a title: staging knows them before T0. */
export const objectPath = {
  policy: 'index.html',
  interpretation: (item: Item) => `interpretation/${item}/index.html`,
  attachment: (item: Item) => `attachment/${item}/index.html`,
  picture: (sha256: string, mediaType: string) => `images/${sha256}.${extensionOf(mediaType)}`,
  download: (item: Item, mediaType: string) => `files/${item}.${extensionOf(mediaType)}`,
  catalogue: 'catalogue.json',
};

/** Where a file of a release is on the site; `index.html` is its directory's address. */
export const publicPath = (bundleId: BundleId, path: string): string =>
  `/policies/${bundleId}/${path.replace(/(^|\/)index\.html$/, '$1')}`;
