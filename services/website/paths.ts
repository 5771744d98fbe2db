import { BundleId } from '../../schemas/bundle.ts';

const policyPath = /^\/policies\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z0-9/.-]*)$/;

/**
 * The file that an address asks for: the inverse of `publicPath`. Undefined for any other spelling, so that each page
 * has one address (no upper case, no escapes, no `..`).
 */
export function requestedFile(pathname: string): { bundleId: BundleId; path: string } | undefined {
  const [, id, rest] = policyPath.exec(pathname) ?? [];
  if (id === undefined || rest === undefined || rest.split('/').includes('..')) return undefined;
  if (/(^|\/)index\.html$/.test(rest)) return undefined;
  return { bundleId: BundleId.parse(id), path: rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest };
}
