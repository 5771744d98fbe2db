import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { MANIFEST_FILE, readBundle } from '../../activities/bundles/intake.ts';
import { BundleNotFound, openBundle } from '../../infra/bundle-source/open.ts';
import type { Manifest } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import { rejectedAtIntake, usage } from './failure.ts';

export type CheckedBundle = {
  manifest: Manifest;
  parts: { file: string; bytes: Uint8Array }[];
  /** What intake noticed and does not refuse, such as files that lie beside the bundle. */
  notes: Finding[];
};

/**
 * Reads a bundle directory or zip and checks it as intake will, so that bad input fails here, in milliseconds, before
 * anything is sent. Throws `CliFailure`.
 */
export async function readCheckedBundle(path: string): Promise<CheckedBundle> {
  const source = await openBundle(path).catch((error: unknown) => {
    if (error instanceof BundleNotFound) throw usage(error.text, null, path);
    throw error;
  });
  if (source.kind === 'document') {
    throw usage(
      { zh: `${path} 是一个文件，不是政策包。`, en: `${path} is one file, not a bundle.` },
      {
        zh: '请给出含 manifest.json 的目录或者 .zip；单个文件可以用 lockstep check 检查。',
        en: 'Give a directory with manifest.json or a .zip of one; lockstep check looks at a single file.',
      },
    );
  }
  const { manifest, parts, findings } = await readBundle(source);
  if (!manifest || findings.some(({ severity }) => severity === 'error')) throw rejectedAtIntake(findings, path);
  return { manifest, parts: parts.map(({ item, bytes }) => ({ file: item.file, bytes })), notes: findings };
}

/** The manifest and the files that it lists, nothing else: whatever lies beside them stays at home. */
export async function packBundle({ manifest, parts }: Pick<CheckedBundle, 'manifest' | 'parts'>): Promise<Uint8Array> {
  const zip = new ZipFile();
  // One moment for all entries: the same bundle gives the same bytes.
  const options = { mtime: new Date('2000-01-01T00:00:00Z') };
  zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 2)), MANIFEST_FILE, options);
  for (const { file, bytes } of parts) zip.addBuffer(Buffer.from(bytes), file, options);
  zip.end();
  return buffer(zip.outputStream);
}
