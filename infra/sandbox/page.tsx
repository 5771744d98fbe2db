import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Both style sheets are part of the page: no stand-in loads anything from outside. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #57606a; --line: #d0d7de; --paper: #fff; --ground: #f0f1f3; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --quiet: #a5adb6; --line: #3a4048; --paper: #1b1f24; --ground: #101214; --link: #8cc0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.75 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.phone { max-width: 430px; min-height: 100vh; margin: 0 auto; padding: 16px; background: var(--paper); }
.wide { max-width: 960px; margin: 0 auto; padding: 24px 16px; }
h1 { font-size: 22px; line-height: 1.4; margin: 0 0 8px; }
h2 { font-size: 18px; margin: 16px 0 8px; }
.quiet { color: var(--quiet); font-size: 14px; }
.post { list-style: none; margin: 16px 0; padding: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.post li { display: flex; gap: 12px; align-items: center; justify-content: space-between; padding: 10px 12px; border-top: 1px solid var(--line); }
.post li:first-child { border-top: 0; }
.post li:first-child a { font-weight: 600; font-size: 17px; }
.post img { width: 48px; height: 48px; object-fit: cover; border-radius: 4px; flex: none; }
.content { overflow-wrap: anywhere; }
.content img { max-width: 100%; height: auto; }
.content table { border-collapse: collapse; max-width: 100%; }
.content th, .content td { border: 1px solid var(--line); padding: 4px 8px; }
table.list { width: 100%; border-collapse: collapse; }
table.list th { white-space: nowrap; }
table.list th, table.list td { text-align: left; padding: 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
iframe { width: 100%; height: 70vh; border: 1px solid var(--line); background: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
`;
const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/**
 * Answers with one complete page. Nothing runs in it and nothing is loaded from elsewhere; `style-src-attr` is open
 * because the layout of an article is in its style attributes.
 */
export function sendPage(reply: FastifyReply, title: string, body: ComponentChildren, status = 200): FastifyReply {
  const page = (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>{body}</body>
    </html>
  );
  return secured(reply, `style-src ${STYLE_HASH}; style-src-attr 'unsafe-inline'; img-src 'self'; frame-src 'self'`)
    .code(status)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${renderToString(page)}`);
}

export function secured(reply: FastifyReply, policy: string): FastifyReply {
  return reply
    .header(
      'content-security-policy',
      `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; ${policy}`,
    )
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store');
}

/** An instant as readers in China see it: `2026年3月2日 10:00`. */
export const shanghaiTime = (milliseconds: number): string =>
  new Intl.DateTimeFormat('zh-CN', {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(milliseconds);
