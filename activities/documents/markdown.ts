import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';

const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef“”‘’…—]/u;

/**
 * Markdown as HTML, with its raw HTML and every link left in: what comes out is read for what it would do, and is
 * sanitised before anybody sees it. Escaping instead would print the markup to the public as text.
 */
export function renderMarkdown(text: string): string {
  // CommonMark does not close the stress of 「**背景：**文字」; the plug-in is the amendment that CommonMark discusses.
  const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false }).use(cjkFriendly);
  markdown.validateLink = () => true;
  // A line end in the source is a blank to a browser, and Chinese has none between words.
  markdown.renderer.rules.softbreak = (tokens, index) => {
    const before = tokens[index - 1]?.content.at(-1) ?? '';
    const after = tokens[index + 1]?.content[0] ?? '';
    return WIDE.test(before) && WIDE.test(after) ? '' : '\n';
  };
  return markdown.render(text);
}
