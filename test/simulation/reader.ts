import { digestOf } from '../../activities/digest.ts';
import { clearSlots } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Mail } from '../../services/press/ports.ts';
import { type Answer, createAnswer } from '../../services/website/answer.ts';
import { createPublicView } from '../../services/website/public-view.ts';
import { bundleIdOf } from './content.ts';
import { wordsIn } from './ledger.ts';
import { siteUrl } from './rendering.ts';
import type { Post } from './wechat.ts';
import { site, type World } from './world.ts';

export const interpretationFile = 'interpretation/interpretation-material/index.html';

type Text = {
  text: string;
  /** Words of the page itself, without what the site adds of later documents; and the digest of that. */
  words: string[];
  digest: string;
  /** What it says of later documents. */
  laterActs: string;
  /** 有效性 as it shows it. */
  validity: string | undefined;
};
/** A page as a reader finds it. */
export type Page = Text & Pick<Answer, 'status' | 'headers'>;

/** What the site shows at one moment; the same object until something in its database has changed. */
export type SiteLook = {
  home: string;
  sitemap: string;
  /** Of each bundle whose address somebody knows or guesses. */
  pages: Map<BundleId, { policy: Page; interpretation: Page }>;
  /** What the site says of a bundle that never was. */
  nothing: Page;
};
/** All that somebody without a credential gets to see at one moment. */
export type Look = {
  site: SiteLook;
  posts: Post[];
  /** Posts that outsiders deleted, or a part of them; and when. */
  taken: ReadonlyMap<string, number>;
  mails: Mail[];
};

/** A reader who looks everywhere. The looks of one reader go to one instance of the site, which remembers between them. */
export function createReader(world: World, bundleIds: BundleId[]) {
  const answer = createAnswer({ site, view: createPublicView({ reads: world.siteStore.reads }), publicUrl: siteUrl });
  const never = bundleIdOf('no such seed', 0);
  /** What was read once: the site answers with the same bytes until it shows something else. */
  const known = new Map<Answer['body'], Text>();
  async function get(pathname: string): Promise<Page> {
    const { status, headers, body } = await answer({ method: 'GET', pathname, ifNoneMatch: undefined });
    const text = known.get(body) ?? textOf(body);
    known.set(body, text);
    return { ...text, status, headers };
  }
  async function lookAtSite(): Promise<SiteLook> {
    const pages: SiteLook['pages'] = new Map();
    for (const bundleId of bundleIds) {
      pages.set(bundleId, {
        policy: await get(publicPath(bundleId, 'index.html')),
        interpretation: await get(publicPath(bundleId, interpretationFile)),
      });
    }
    const nothing = await get(publicPath(never, 'index.html'));
    return { pages, nothing, home: (await get('/')).text, sitemap: (await get('/sitemap.xml')).text };
  }

  let seen = '';
  let version = -1;
  let shown: SiteLook;
  async function lookAgain(): Promise<Look> {
    if (world.siteStore.db.version !== version) shown = await lookAtSite();
    version = world.siteStore.db.version;
    const { wechat, mail } = world;
    return { site: shown, posts: wechat.posts(), taken: wechat.taken, mails: mail.taken };
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

export type Reader = ReturnType<typeof createReader>;

function textOf(body: Answer['body']): Text {
  const text = Buffer.from(body).toString();
  const own = clearSlots(Buffer.from(body), 'text/html');
  return {
    text,
    words: wordsIn(Buffer.from(own).toString()),
    digest: digestOf(own),
    laterActs: /<div id="later-acts">(.*?)<\/div>/.exec(text)?.[1] ?? '',
    validity: /<span id="validity">(.*?)<\/span>/.exec(text)?.[1],
  };
}
