import type { FastifyInstance } from 'fastify';
import { sendPage, shanghaiTime } from '../page.tsx';
import type { WeChatAccount } from './account.ts';
import type { Materials } from './materials.ts';
import type { Publishing } from './publishing.ts';

const DELETED = '该内容已被发布者删除';

/** What a follower of the account sees on the telephone: the list of messages, each article, the pictures. */
export function followersPages(
  app: FastifyInstance,
  {
    account,
    materials,
    publishing,
    clock,
  }: { account: WeChatAccount; materials: Materials; publishing: Publishing; clock: () => number },
): void {
  // Cover addresses are absolute (they stand for mmbiz.qpic.cn); the page asks its own host for them.
  const localPath = (url: string | undefined) => (url ? new URL(url).pathname : undefined);

  app.get('/followers', (_request, reply) => {
    const posts = publishing.publications(clock());
    return sendPage(
      reply,
      `${account.name} 公众号`,
      <main class="phone">
        <h1>{account.name}</h1>
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
      </main>,
    );
  });

  app.get<{ Params: { sn: string } }>('/s/:sn', (request, reply) => {
    const found = publishing.article(request.params.sn, clock());
    if (!found) return sendPage(reply, '参数错误', <Message text="参数错误" />, 404);
    if (found.deleted_at !== null) return sendPage(reply, DELETED, <Message text={DELETED} />);
    const { title, author, content, content_source_url } = found.article;
    return sendPage(
      reply,
      title,
      <main class="phone">
        <h1>{title}</h1>
        <p class="quiet">
          {author && <span>{author} </span>}
          <span>{account.name} </span>
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
    const image = materials.image(request.params.key);
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
