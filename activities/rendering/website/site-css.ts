/**
 * The one style sheet of the public site; pages are complete without it. Sizes are in rem so that a reader's larger
 * type enlarges everything (适老化). Colours keep a contrast of at least 4.5 : 1 in both schemes (WCAG 2.2 AA).
 */
export const siteCss = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ground: #f4f6f8; --ink: #1c2430; --quiet: #55606e; --line: #d5dbe2;
  --link: #0b4f9e; --accent: #b3141c; --tint: #f2f6fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171b21; --ground: #0f1216; --ink: #e8ebef; --quiet: #a9b3bf; --line: #36404c;
    --link: #8ab8f2; --accent: #ff8d86; --tint: #1f2630;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 112.5%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink); line-height: 1.75;
  font-family: "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--link); text-underline-offset: 0.2em; }
a:hover { text-decoration-thickness: 0.12em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--paper); padding: 0.5rem 1rem; z-index: 1; }
.skip:focus { top: 0.5rem; }
.width { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
.masthead { background: var(--paper); border-top: 4px solid var(--accent); border-bottom: 1px solid var(--line); }
.masthead .width { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1.5rem; padding-block: 1rem; }
.masthead .name { margin: 0; font-size: 1.3rem; font-weight: 700; letter-spacing: 0.04em; }
.masthead .name a { color: var(--ink); text-decoration: none; }
.masthead nav ul { display: flex; gap: 1.25rem; list-style: none; margin: 0; padding: 0; }
.trail { font-size: 0.85rem; color: var(--quiet); padding-block: 0.75rem; }
.trail ol { list-style: none; display: flex; flex-wrap: wrap; margin: 0; padding: 0; }
.trail li + li::before { content: "›"; padding: 0 0.5rem; }
main { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 2rem clamp(1rem, 5vw, 3.5rem) 3rem; }
h1 { font-size: 1.6rem; line-height: 1.45; text-align: center; margin: 0.5rem 0 1.5rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.5; margin: 2rem 0 0.75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
h4, h5, h6 { font-size: 1rem; margin: 1.25rem 0 0.5rem; }
.byline span { display: inline-block; padding: 0 0.6rem; }
.byline { text-align: center; color: var(--quiet); font-size: 0.85rem; margin: -0.75rem 0 1.5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
th, td { border: 1px solid var(--line); padding: 0.45rem 0.7rem; text-align: left; vertical-align: top; }
th { background: var(--tint); font-weight: 600; }
.facts { font-size: 0.88rem; margin-bottom: 1.75rem; }
.facts th { width: 6.5em; white-space: nowrap; }
.sheet { overflow-x: auto; margin: 1rem 0; font-size: 0.9rem; }
.related { border-left: 4px solid var(--accent); background: var(--tint); padding: 0.9rem 1.25rem; margin: 0 0 2rem; }
.related h2 { margin: 0 0 0.4rem; font-size: 1.05rem; }
.related ul { margin: 0; padding-left: 1.2rem; }
.kind { color: var(--quiet); font-size: 0.85em; padding-right: 0.5em; }
article { font-size: 1.02rem; line-height: 1.95; }
article p { margin: 0 0 0.9em; }
article:not([lang="en"]) > p:not([class]) { text-indent: 2em; }
article .align-center { text-align: center; }
article .align-right { text-align: right; }
article .annex { margin-top: 3rem; }
article img, figure img { max-width: 100%; height: auto; display: block; margin: 0 auto; background: #ffffff; }
figure { margin: 1.5rem 0; }
figcaption { font-size: 0.9rem; color: var(--quiet); }
.alternative { white-space: pre-line; }
.note { color: var(--quiet); }
.act { border-inline-start: 4px solid currentColor; padding-inline-start: .75rem; font-weight: 600; }
.list { list-style: none; padding: 0; margin: 0; }
.list > li { padding: 1.1rem 0; border-bottom: 1px solid var(--line); }
.list > li > p { margin: 0; }
.list .title { font-weight: 600; font-size: 1.08rem; }
.list ul { margin: 0.3rem 0 0; padding-left: 1.2rem; font-size: 0.92rem; }
.ending { color: var(--quiet); font-size: 0.85rem; padding-block: 1.5rem 2.5rem; }
@media (max-width: 40rem) {
  html { font-size: 106.25%; }
  main { border-inline: 0; border-radius: 0; padding: 1.25rem 1rem 2rem; }
  .page.width { padding: 0; }
  .trail { padding-inline: 1rem; }
  h1 { font-size: 1.35rem; }
  .facts, .facts caption, .facts tbody { display: block; }
  .facts tr { display: grid; grid-template-columns: 6.5em 1fr; }
}
@media print {
  @page { size: A4; margin: 25mm 22mm; }
  html { font-size: 11pt; }
  body { background: none; color: #000; }
  .skip, .masthead nav, .trail, .related { display: none; }
  .masthead { border-top: 0; }
  main { border: 0; padding: 0; }
  a { color: inherit; text-decoration: none; }
  .sheet { overflow: visible; }
  tr, figure, h2, h3 { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`.trimStart();

/** Icon of the site: a plain seal. Without one every browser asks for /favicon.ico and logs a 404. */
export const siteIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#b3141c"/><path d="M8 11h16M8 16h16M8 21h10" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>';
