import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Mail } from '../../services/press/ports.ts';
import { type Answer, createAnswer } from '../../services/website/answer.ts';
import { createPublicView } from '../../services/website/public-view.ts';
import { bundleIdOf } from './content.ts';
import { siteUrl } from './rendering.ts';
import type { Post } from './wechat.ts';
import { site, type World } from './world.ts';

const bodyOf = ({ body }: Answer) => Buffer.from(body).toString();
/** What a page says of later documents. */
export const laterActs = (page: Answer) => /<div id="later-acts">(.*?)<\/div>/.exec(bodyOf(page))?.[1] ?? '';
/** 有效性 as a page shows it. */
export const shownValidity = (page: Answer) => /<span id="validity">(.*?)<\/span>/.exec(bodyOf(page))?.[1];
export const interpretationFile = 'interpretation/interpretation-material/index.html';

/** All that somebody without a credential gets to see at one moment. */
export type Look = {
  home: string;
  sitemap: string;
  /** Of each bundle whose address somebody knows or guesses. */
  pages: Map<BundleId, { policy: Answer; interpretation: Answer }>;
  /** What the site says of a bundle that never was. */
  nothing: Answer;
  posts: Post[];
  mails: Mail[];
};

/** A reader who looks everywhere. The looks of one reader go to one instance of the site, which remembers between them. */
export function createReader(world: World, bundleIds: BundleId[]) {
  const answer = createAnswer({ site, view: createPublicView({ reads: world.siteStore.reads }), publicUrl: siteUrl });
  const get = (pathname: string) => answer({ method: 'GET', pathname, ifNoneMatch: undefined });
  const text = async (pathname: string) => Buffer.from((await get(pathname)).body).toString();
  const never = bundleIdOf('no such seed', 0);
  let seen = '';
  async function lookAgain(): Promise<Look> {
    const pages: Look['pages'] = new Map();
    for (const bundleId of bundleIds) {
      pages.set(bundleId, {
        policy: await get(publicPath(bundleId, 'index.html')),
        interpretation: await get(publicPath(bundleId, interpretationFile)),
      });
    }
    const nothing = await get(publicPath(never, 'index.html'));
    const [home, sitemap] = [await text('/'), await text('/sitemap.xml')];
    return { home, sitemap, pages, nothing, posts: world.wechat.posts(), mails: world.mail.taken };
  }
  return {
    lookAgain,
    /** Undefined where nothing that a reader's answers are made of has changed since the last look. */
    async look(): Promise<Look | undefined> {
      const now = `${world.siteStore.db.version} ${world.wechat.version} ${world.mail.taken.length}`;
      if (now === seen) return undefined;
      seen = now;
      return lookAgain();
    },
  };
}
