import type { ComponentChildren } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ChannelsFile } from '../../../schemas/configuration.ts';

export type Site = ChannelsFile['site'];

/** 栏目 of the page tags (国办发〔2017〕47号): names and types are the rule's own words. */
export type Column = {
  name: string;
  description: string;
  keywords: string;
  type: '首页' | '政策文件' | '政策解读';
};

/** Article group of the page tags. `pubDate` is `YYYY-MM-DD HH:MM`. */
export type ArticleTags = {
  title: string;
  pubDate: string;
  source: string;
  keywords?: string;
  description?: string;
  image?: string;
  url: string;
};

type Props = {
  site: Site;
  title: string;
  column: Column;
  article?: ArticleTags;
  trail: { label: string; href?: string }[];
  /** A page that must not be found by search engines, such as a tombstone. */
  hidden?: boolean;
  children: ComponentChildren;
};

const Tag = ({ name, content }: { name: string; content: string | undefined }) =>
  content === undefined ? null : <meta name={name} content={content} />;

const Document = ({ site, title, column, article, trail, hidden, children }: Props) => (
  <html lang="zh-CN">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title === site.name ? title : `${title} - ${site.name}`}</title>
      {hidden ? <meta name="robots" content="noindex" /> : null}
      <Tag name="SiteName" content={site.name} />
      <Tag name="SiteDomain" content={site.domain} />
      <Tag name="SiteIDCode" content={site.idCode} />
      <Tag name="ColumnName" content={column.name} />
      <Tag name="ColumnDescription" content={column.description} />
      <Tag name="ColumnKeywords" content={column.keywords} />
      <Tag name="ColumnType" content={column.type} />
      <Tag name="ArticleTitle" content={article?.title} />
      <Tag name="PubDate" content={article?.pubDate} />
      <Tag name="ContentSource" content={article?.source} />
      <Tag name="Keywords" content={article?.keywords} />
      <Tag name="Description" content={article?.description} />
      <Tag name="Image" content={article?.image} />
      <Tag name="Url" content={article?.url} />
      <link rel="stylesheet" href="/assets/site.css" />
      <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
    </head>
    <body>
      <a class="skip" href="#content">
        跳到正文
      </a>
      <header class="masthead">
        <div class="width">
          <p class="name">
            <a href="/">{site.name}</a>
          </p>
          <nav aria-label="主导航">
            <ul>
              <li>
                <a href="/#policies">政策文件</a>
              </li>
              <li>
                <a href="/#interpretations">政策解读</a>
              </li>
            </ul>
          </nav>
        </div>
      </header>
      <div class="page width">
        <nav class="trail" aria-label="当前位置">
          <ol>
            {trail.map(({ label, href }) => (
              <li key={label}>{href ? <a href={href}>{label}</a> : <span aria-current="page">{label}</span>}</li>
            ))}
          </ol>
        </nav>
        <main id="content">{children}</main>
      </div>
      <footer class="ending">
        <div class="width">
          {site.name}　政府网站标识码：{site.idCode}
        </div>
      </footer>
    </body>
  </html>
);

/** A whole page. It holds no script, no inline style and nothing from another host. */
export const renderPage = (props: Props): string =>
  `<!doctype html>\n${renderToStaticMarkup(<Document {...props} />)}\n`;
