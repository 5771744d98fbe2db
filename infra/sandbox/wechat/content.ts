import sanitize from 'sanitize-html';

/** A value that can load nothing and cannot leave its declaration. */
const SAFE_VALUE = [/^(?!.*(?:url|expression|image-set)\s*\()[^<>\\@]*$/i];
const STYLES = [
  ...[
    'color',
    'background-color',
    'font-size',
    'font-weight',
    'font-style',
    'font-family',
    'text-align',
    'text-indent',
  ],
  ...['text-decoration', 'line-height', 'letter-spacing', 'white-space', 'vertical-align', 'word-break', 'display'],
  ...['margin', 'margin-top', 'margin-right', 'margin-bottom', 'margin-left', 'list-style-type', 'list-style'],
  ...['padding', 'padding-top', 'padding-right', 'padding-bottom', 'padding-left', 'width', 'max-width', 'height'],
  ...['border', 'border-top', 'border-right', 'border-bottom', 'border-left', 'border-radius', 'border-collapse'],
];

/**
 * What the platform stores of an article's HTML: scripts, frames, forms and event handlers are stripped, and a picture
 * whose address the platform did not issue is **silently** removed (the caller is told nothing; it must look).
 */
export const storedContent = (html: string, issued: (url: string) => boolean): string =>
  sanitize(html, {
    allowedTags: [
      ...[
        'section',
        'article',
        'p',
        'div',
        'span',
        'br',
        'hr',
        'h1',
        'h2',
        'h3',
        'h4',
        'h5',
        'h6',
        'blockquote',
        'pre',
        'code',
      ],
      ...['strong', 'b', 'em', 'i', 'u', 's', 'del', 'sub', 'sup', 'small', 'mark', 'a', 'img', 'figure', 'figcaption'],
      ...[
        'ul',
        'ol',
        'li',
        'dl',
        'dt',
        'dd',
        'table',
        'caption',
        'colgroup',
        'col',
        'thead',
        'tbody',
        'tfoot',
        'tr',
        'th',
        'td',
      ],
    ],
    allowedAttributes: {
      '*': ['style', 'align', 'lang', 'dir', 'title'],
      a: ['href'],
      img: ['src', 'alt', 'width', 'height', 'data-src'],
      th: ['colspan', 'rowspan', 'scope'],
      td: ['colspan', 'rowspan'],
      col: ['span'],
      ol: ['start', 'type'],
    },
    allowedStyles: { '*': Object.fromEntries(STYLES.map((name) => [name, SAFE_VALUE])) },
    allowedSchemes: ['http', 'https'],
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !issued(attribs.src ?? attribs['data-src'] ?? ''),
  });

/** The text a reader sees, without marks and runs of space. */
export const plainText = (html: string): string =>
  sanitize(html.replace(/<(?:br|\/p|\/div|\/h\d|\/li|\/tr)\b[^>]*>/gi, ' '), { allowedTags: [], allowedAttributes: {} })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
