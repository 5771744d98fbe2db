import type { FastifyInstance } from 'fastify';
import { sendPage, shanghaiTime } from '../page.tsx';
import type { PlatformAccount } from './official-account.ts';

type Parts = {
  /** By AppID, in the order of the configuration. */
  accounts: ReadonlyMap<string, PlatformAccount>;
  /** AppID of the account whose article has this address. */
  publisherOf: (sn: string) => string | undefined;
  picture: (key: string) => { mediaType: string; bytes: Uint8Array } | undefined;
  clock: () => number;
};

/** So many other accounts are offered on a page. */
const OFFERED = 20;

const DELETED = '该内容已被发布者删除';

/** What followers see on the telephone: the list of an account's messages, each article, the pictures. */
export function followersPages(app: FastifyInstance, { accounts, publisherOf, picture, clock }: Parts): void {
  // Cover addresses are absolute (they stand for mmbiz.qpic.cn); the page asks its own host for them.
  const localPath = (url: string | undefined) => (url ? new URL(url).pathname : undefined);

  /** Without an AppID: the first account. */
  app.get<{ Params: { appid?: string } }>('/followers/:appid?', (request, reply) => {
    const { appid } = request.params;
    const account = appid ? accounts.get(appid) : accounts.values().next().value;
    if (!account) return sendPage(reply, '参数错误', <Message text="参数错误" />, 404);
    const { setting, publishing, materials } = account;
    const others = [...accounts.values()].filter((other) => other !== account).slice(0, OFFERED);
    const posts = publishing.publications(clock());
    return sendPage(
      reply,
      `${setting.name} 公众号`,
      <main class="phone">
        <h1>{setting.name}</h1>
        <p class="quiet">关注者看到的消息列表（微信公众平台本地替身）</p>
        {posts.length === 0 && <p>还没有已发布的内容。</p>}
        {posts.map(({ articleId, publishedAt, articles }) => (
          <section key={articleId} aria-label={`${shanghaiTime(publishedAt)} 发布`}>
            <p class="quiet">
              <time dateTime={new Date(publishedAt).toISOString()}>{shanghaiTime(publishedAt)}</time>
            </p>
            <ul class="post" data-article-id={articleId}>
              {articles.map(({ sn, article, deleted_at }) => (
                <li key={sn}>
                  {deleted_at === null ? (
                    <a href={`/s/${sn}`}>{article.title}</a>
                  ) : (
                    <span class="quiet">{DELETED}</span>
                  )}
                  {deleted_at === null && <img src={localPath(materials.coverUrl(article.thumb_media_id))} alt="" />}
                </li>
              ))}
            </ul>
          </section>
        ))}
        {others.length > 0 && (
          <nav aria-label="其他公众号">
            <p class="quiet">其他公众号</p>
            <ul>
              {others.map(({ setting: { appid, name } }) => (
                <li key={appid}>
                  <a href={`/followers/${appid}`}>{name}</a>
                </li>
              ))}
            </ul>
          </nav>
        )}
      </main>,
    );
  });

  app.get<{ Params: { sn: string } }>('/s/:sn', (request, reply) => {
    const account = accounts.get(publisherOf(request.params.sn) ?? '');
    const found = account?.publishing.article(request.params.sn, clock());
    if (!account || !found) return sendPage(reply, '参数错误', <Message text="参数错误" />, 404);
    if (found.deleted_at !== null) return sendPage(reply, DELETED, <Message text={DELETED} />);
    const { title, author, content, content_source_url } = found.article;
    return sendPage(
      reply,
      title,
      <main class="phone">
        <h1>{title}</h1>
        <p class="quiet">
          {author && <span>{author} </span>}
          <span>{account.setting.name} </span>
          <time dateTime={new Date(found.publishedAt).toISOString()}>{shanghaiTime(found.publishedAt)}</time>
        </p>
        {/* The store holds only what storedContent let through. */}
        <div class="content" id="js_content" dangerouslySetInnerHTML={{ __html: onOwnHost(content) }} />
        {content_source_url && (
          <p>
            <a href={content_source_url} rel="noopener noreferrer">
              阅读原文
            </a>
          </p>
        )}
      </main>,
    );
  });

  app.get<{ Params: { kind: string; key: string } }>('/mmbiz_:kind/:key/0', (request, reply) => {
    const image = picture(request.params.key);
    if (!image) return reply.code(404).send();
    return reply
      .type(image.mediaType)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'public, max-age=86400')
      .send(Buffer.from(image.bytes));
  });
}

/** Pictures by path, so that the page shows them at whichever address of this host it was opened. */
const onOwnHost = (content: string): string =>
  content.replace(/(<img\b[^>]*?\bsrc=")https?:\/\/[^/"]+(\/mmbiz_)/g, '$1$2');

const Message = ({ text }: { text: string }) => (
  <main class="phone">
    <h1>{text}</h1>
    <p>
      <a href="/followers">返回消息列表</a>
    </p>
  </main>
);
