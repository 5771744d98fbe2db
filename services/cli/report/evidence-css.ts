/** Beside report-css.ts: the first page by itself, and what was added or removed told apart without colour. */
export const evidenceCss = `
.wide { overflow-x: auto; margin-top: 0.6rem; } caption { text-align: left; font-weight: 700; padding: 0.4rem 0; }
th { text-align: left; background: #f4f6f8; font-weight: 600; } tbody th { background: none; }
th [lang="en"], td [lang="en"], caption [lang="en"] { font-weight: 400; font-size: 0.85em; }
td, tbody th { overflow-wrap: anywhere; } tbody th { min-width: 4.5em; } time, .voucher { white-space: nowrap; } .digest { font-size: 0.85em; overflow-wrap: anywhere; }
.verdict { border: 2px solid #1b6e2e; border-left-width: 10px; border-radius: 6px; padding: 0.5rem 1rem; margin: 0.8rem 0; }
.verdict.bad { border-color: var(--error); border-style: double; border-left-style: solid; } .verdict p { margin: 0.15rem 0; }
.bad { color: var(--error); } .flag { border: 2px solid var(--warning); border-left-width: 10px; padding: 0.3rem 1rem; }
.figures { display: flex; flex-wrap: wrap; gap: 0.3rem 2rem; margin: 0.8rem 0; } .figures dt { color: var(--quiet); font-size: 0.9rem; }
.figures dd { margin: 0; font-weight: 700; font-size: 1.05rem; }
section { margin-top: 1.5rem; } h4 { font-size: 1rem; margin-bottom: 0.3rem; } h5 { font-size: 0.9rem; margin: 0.8rem 0 0.2rem; }
.title { font-size: 1.15rem; } ul.listed { list-style: none; padding-left: 0; } .parts { margin: 0; padding-left: 1.2rem; } .listed .answer strong { color: inherit; }
.diff { white-space: pre-wrap; border-left: 3px solid var(--line); padding: 0.2rem 0.8rem; margin: 0.3rem 0; }
ins { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 3px; background: #dff3e3; font-weight: 700; }
del { text-decoration: line-through; text-decoration-thickness: 2px; background: #fbe3e3; } .sign { display: inline-block; font-weight: 700; }
.written { white-space: pre-wrap; } .answer { border-left: 3px solid #1b6e2e; padding-left: 0.6rem; }
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt; } }
@media print { html { font-size: 12px; } body { line-height: 1.5; } h1, h2:first-child { margin-top: 0; } main { max-width: none; padding: 0; } .details { break-before: page; }
  h2, h3, h4, caption { break-after: avoid; } thead { display: table-header-group; } .wide { overflow: visible; }
  ins, del, th { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
`;
