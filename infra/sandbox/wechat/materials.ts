import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { WeChatError } from './errors.ts';

export type UploadedFile = { filename: string; bytes: Uint8Array };

const MIB = 1024 * 1024;

/** Kinds by their first bytes: the name and the declared type of an upload prove nothing. */
const SIGNATURES: { format: string; mediaType: string; starts: number[] }[] = [
  { format: 'jpeg', mediaType: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { format: 'png', mediaType: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { format: 'gif', mediaType: 'image/gif', starts: [0x47, 0x49, 0x46, 0x38] },
  { format: 'bmp', mediaType: 'image/bmp', starts: [0x42, 0x4d] },
];

const kindOf = (bytes: Uint8Array) => SIGNATURES.find(({ starts }) => starts.every((byte, at) => bytes[at] === byte));

/** The picture library (永久素材) of an account, and the pictures that may stand inside an article. */
export const createMaterials = (db: DatabaseSync, appid: string, origin: () => string) => {
  const keep = (file: UploadedFile | undefined, formats: string[], limit: number, over: (size: number) => boolean) => {
    if (!file || file.bytes.length === 0) throw new WeChatError(41005);
    const kind = kindOf(file.bytes);
    if (!kind || !formats.includes(kind.format)) throw new WeChatError(40113);
    if (over(file.bytes.length)) throw new WeChatError(40009, `hint: limit ${limit} bytes`);
    const key = randomBytes(48).toString('base64url');
    db.prepare('INSERT INTO images (key, media_type, bytes) VALUES (?, ?, ?)').run(key, kind.mediaType, file.bytes);
    return { key, url: `${origin()}/mmbiz_${kind.format}/${key}/0?wx_fmt=${kind.format}` };
  };

  return {
    /** `media/uploadimg`: jpg or png below 1 MB; not counted in the library. */
    uploadImage(file: UploadedFile | undefined): { url: string } {
      return { url: keep(file, ['jpeg', 'png'], MIB, (size) => size >= MIB).url };
    },

    /** `material/add_material`: permanent. An image up to 10 MB, a thumb (jpg) up to 64 KB. */
    addMaterial(kind: unknown, file: UploadedFile | undefined, now: number): { media_id: string; url: string } {
      if (kind !== 'image' && kind !== 'thumb') throw new WeChatError(40004);
      const [formats, limit] = kind === 'image' ? [['jpeg', 'png', 'gif', 'bmp'], 10 * MIB] : [['jpeg'], 64 * 1024];
      const { key, url } = keep(file, formats, limit, (size) => size > limit);
      const mediaId = randomBytes(48).toString('base64url');
      db.prepare('INSERT INTO materials (media_id, appid, kind, image_key, created_at) VALUES (?, ?, ?, ?, ?)').run(
        mediaId,
        appid,
        kind,
        key,
        now,
      );
      return { media_id: mediaId, url };
    },

    hasCover: (mediaId: string): boolean =>
      db.prepare('SELECT 1 FROM materials WHERE media_id = ? AND appid = ?').get(mediaId, appid) !== undefined,

    /** Whether `url` is one that this platform gave out; any other picture is dropped from an article's content. */
    issued(url: string): boolean {
      // By its path: the real platform keeps its host, this one may come back at another port with the same account.
      const key = URL.canParse(url) ? /^\/mmbiz_\w+\/([\w-]+)\/0$/.exec(new URL(url).pathname)?.[1] : undefined;
      return key !== undefined && db.prepare('SELECT 1 FROM images WHERE key = ?').get(key) !== undefined;
    },

    coverUrl(mediaId: string): string | undefined {
      const row = db
        .prepare(
          'SELECT i.key, i.media_type FROM materials m JOIN images i ON i.key = m.image_key WHERE m.media_id = ?',
        )
        .get(mediaId);
      if (!row) return undefined;
      const { key, media_type } = z.object({ key: z.string(), media_type: z.string() }).parse(row);
      return `${origin()}/mmbiz_${media_type.slice('image/'.length)}/${key}/0`;
    },
  };
};
export type Materials = ReturnType<typeof createMaterials>;

/** A picture at its public address, whichever account uploaded it. */
export function pictureAt(db: DatabaseSync, key: string): { mediaType: string; bytes: Uint8Array } | undefined {
  const row = db.prepare('SELECT media_type, bytes FROM images WHERE key = ?').get(key);
  if (!row) return undefined;
  const { media_type, bytes } = z.object({ media_type: z.string(), bytes: z.instanceof(Uint8Array) }).parse(row);
  return { mediaType: media_type, bytes };
}
