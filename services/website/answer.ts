import type { OutgoingHttpHeaders } from 'node:http';
import { digestOf } from '../../activities/digest.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { Site } from '../../activities/rendering/website/layout.tsx';
import { siteCss, siteIcon } from '../../activities/rendering/website/site-css.ts';
import { homePage, notFoundPage, tombstonePage } from './pages.tsx';
import { requestedFile } from './paths.ts';
import type { PublicFile, PublicView, Released } from './public-view.ts';

export type Answer = { status: number; headers: OutgoingHttpHeaders; body: Uint8Array | string };
export type Asked = { method: string; pathname: string; ifNoneMatch: string | undefined };

type Deps = { site: Site; view: PublicView; publicUrl: string };

const html = 'text/html; charset=utf-8';

/** Nothing of another origin, no script, no frame: what slips through the sanitiser finds nothing to run in. */
const security = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Caches have to ask each time (and mostly get a 304): with any life of its own in a cache, a withdrawn policy would
 * be seen beside an interpretation that is already gone.
 */
const askEachTime = { 'cache-control': 'public, no-cache' };
/** What is not public is remembered nowhere, or a 404 from before T0 would outlive it. */
const forgetAtOnce = { 'cache-control': 'no-store' };

const made = (body: string, mediaType: string): Omit<PublicFile, 'liveAt'> => {
  const bytes = Buffer.from(body);
  return { body: bytes, mediaType, etag: `"${digestOf(bytes).slice(0, 32)}"` };
};
const css = made(siteCss, 'text/css');
const icon = made(siteIcon, 'image/svg+xml');

/** Answers one request. Pure but for the view. */
export function createAnswer({ site, view, publicUrl }: Deps) {
  const notFound: Answer = {
    status: 404,
    headers: { ...security, ...forgetAtOnce, 'content-type': html },
    body: Buffer.from(notFoundPage(site)), // encoded once: before T0 it is what everybody gets
  };
  const found = (
    { body, mediaType, etag, liveAt }: Omit<PublicFile, 'liveAt'> & { liveAt?: string },
    asked: Asked,
  ): Answer => {
    const headers = {
      ...security,
      ...askEachTime,
      etag,
      ...(liveAt ? { 'last-modified': new Date(liveAt).toUTCString() } : {}),
    };
    if (matches(asked.ifNoneMatch, etag)) return { status: 304, headers, body: '' };
    return { status: 200, headers: { ...headers, 'content-type': contentType(mediaType) }, body };
  };

  // Lists are made once per switch, not once per reader: at T0 everybody comes to the home page.
  const home = oncePer((released: Released[]) => made(homePage(site, released), 'text/html'));
  const map = oncePer((released: Released[]) => made(sitemap(publicUrl, released), 'application/xml'));

  const policy = async (asked: Asked): Promise<Answer> => {
    const wanted = requestedFile(asked.pathname);
    if (!wanted) return notFound;
    // Twice: between the two looks of one request the bundle may be withdrawn or superseded.
    for (let look = 1; look <= 2; look += 1) {
      const shows = await view.bundle(wanted.bundleId);
      if (!shows) return notFound;
      if (shows.state === 'withdrawn') {
        const headers = { ...security, ...forgetAtOnce, 'content-type': html };
        return { status: 410, headers, body: tombstonePage(site, shows) };
      }
      const file = await view.file(shows, wanted.path);
      if (file) return found(file, asked);
    }
    return notFound;
  };

  return async (asked: Asked): Promise<Answer> => {
    if (asked.method !== 'GET' && asked.method !== 'HEAD') {
      return { status: 405, headers: { ...security, ...forgetAtOnce, allow: 'GET, HEAD' }, body: '' };
    }
    switch (asked.pathname) {
      case '/':
        return found(home(await view.list()), asked);
      case '/assets/site.css':
        return found(css, asked);
      case '/assets/icon.svg':
        return found(icon, asked);
      case '/robots.txt':
        return found(made(`User-agent: *\nAllow: /\nSitemap: ${publicUrl}/sitemap.xml\n`, 'text/plain'), asked);
      case '/sitemap.xml':
        return found(map(await view.list()), asked);
      default:
        return policy(asked);
    }
  };
}

function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function sitemap(publicUrl: string, released: Released[]): string {
  const urls = released.flatMap(({ bundleId, shows }) =>
    ['index.html', ...shows.catalogue.interpretations.map(({ path }) => path)].map(
      (path) => `<url><loc>${publicUrl}${publicPath(bundleId, path)}</loc><lastmod>${shows.liveAt}</lastmod></url>`,
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join('\n')}\n</urlset>\n`;
}

const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*') ?? false;

const contentType = (mediaType: string): string =>
  /^text\/|^application\/(json|xml)$/.test(mediaType) && !mediaType.includes('charset')
    ? `${mediaType}; charset=utf-8`
    : mediaType;
