/** Colours keep 4.5 : 1 on white; signs and words say the same without them. */
export const reportCss = `
:root { --ink: #1c2430; --quiet: #55606e; --line: #cfd6de; --error: #a4121a; --warning: #7a4b00; --info: #0b4f9e; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #f4f6f8; line-height: 1.7; overflow-wrap: break-word;
  font-family: "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
article { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 1.5rem; margin-bottom: 2rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.3rem; margin-top: 0; } h3 { font-size: 1.1rem; } small { color: var(--quiet); }
.outcome { font-weight: 700; } .outcome.rejected { color: var(--error); }
.outcome.findings, .outcome.sanitised { color: var(--warning); } .outcome.clean { color: #1b6e2e; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 1rem; font-size: 0.9rem; }
.facts dt { color: var(--quiet); } .facts dd { margin: 0; overflow-wrap: anywhere; } .digest { font-family: monospace; }
.listed { padding-left: 2rem; } .listed li { border-left: 4px solid; padding-left: 0.8rem; margin-bottom: 1rem; }
.listed p { margin: 0.15rem 0; } .listed .error { border-color: var(--error); }
.listed .warning { border-color: var(--warning); border-left-style: double; } .listed .info { border-color: var(--info); border-left-style: dotted; }
.error > p > strong { color: var(--error); } .warning > p > strong { color: var(--warning); } .info > p > strong { color: var(--info); }
[lang="en"], .source { color: var(--quiet); font-size: 0.9rem; }
blockquote { margin: 0.3rem 0; padding: 0.2rem 0.8rem; background: #f4f6f8; }
.coverage { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; list-style: none; padding: 0; } .absent { color: var(--quiet); }
.paper { border: 1px solid var(--line); padding: 1.5rem; overflow-x: auto; font-family: "Songti SC", "Noto Serif SC", SimSun, serif; }
.paper p { margin: 0.3rem 0; min-height: 1em; } .center { text-align: center; } .right { text-align: right; } .bold, .level-1, .level-2 { font-weight: 700; }
mark { padding: 0 0.1em; color: inherit; } mark.error { background: #fbdcdc; border-bottom: 2px solid var(--error); }
mark.warning { background: #fdedc8; border-bottom: 2px dashed var(--warning); } mark.info { background: #dbe9fb; border-bottom: 2px dotted var(--info); }
mark a { color: var(--ink); text-decoration: none; } sup { font-size: 0.7em; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; } th, td { border: 1px solid var(--line); padding: 0.2rem 0.5rem; vertical-align: top; }
.unseen { border-top: 1px dashed var(--line); margin-top: 1rem; } .unseen dt { color: var(--quiet); font-size: 0.9rem; }
:target { outline: 3px solid var(--info); }
@media print { body { background: #fff; } article { border: 0; padding: 0; } li, tr { break-inside: avoid; } .part { break-before: page; }
  mark { -webkit-print-color-adjust: exact; print-color-adjust: exact; } a { color: inherit; } }
`;
