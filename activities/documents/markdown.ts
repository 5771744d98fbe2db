import MarkdownIt from 'markdown-it';

/**
 * Markdown as HTML, with its raw HTML and every link left in: what comes out is read for what it would do, and is
 * sanitised before anybody sees it. Escaping instead would print the markup to the public as text.
 */
export function renderMarkdown(text: string): string {
  const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false });
  markdown.validateLink = () => true;
  return markdown.render(text);
}
