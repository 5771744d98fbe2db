import { parseFragment, serialize } from 'parse5';
import sanitizeHtml from 'sanitize-html';

/** Address of a picture of this display; the channel puts its own in its place. */
export const IMAGE_SCHEME = 'lockstep-image';

const SPANS = ['colspan', 'rowspan'];
const CLASSES = ['align-center', 'align-right', 'annex', 'text-alternative'];
const BLOCKS = ['p', 'h2', 'h3', 'h4', 'h5', 'h6', 'figcaption'];

/** What may be published. Everything else is dropped, elements of `nonTextTags` with all they hold. */
const POLICY: sanitizeHtml.IOptions = {
  allowedTags: [
    ...BLOCKS,
    'br',
    'strong',
    'em',
    'u',
    's',
    'sup',
    'sub',
    'ol',
    'ul',
    'li',
    'dl',
    'dt',
    'dd',
    'blockquote',
    'pre',
    'code',
    'hr',
    'table',
    'caption',
    'thead',
    'tbody',
    'tfoot',
    'tr',
    'th',
    'td',
    'figure',
    'img',
    'a',
  ],
  allowedAttributes: {
    a: ['href', 'id', 'rel'],
    img: ['src', 'alt'],
    th: ['scope', ...SPANS],
    td: SPANS,
    ol: ['start'],
    li: ['id'],
    h2: ['id'],
  },
  allowedClasses: Object.fromEntries(BLOCKS.map((tag) => [tag, CLASSES])),
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: [IMAGE_SCHEME] },
  allowProtocolRelative: false,
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'select',
    'noscript',
    'xmp',
    'plaintext',
    'iframe',
    'noembed',
    'noframes',
    'template',
    'title',
    'head',
    'svg',
    'math',
    'object',
    'embed',
    'applet',
    'audio',
    'video',
    'canvas',
    'frameset',
    'listing',
  ],
  nestingLimit: 60,
  disallowedTagsMode: 'discard',
  transformTags: {
    b: 'strong',
    i: 'em',
    del: 's',
    strike: 's',
    a: (tagName, attribs) => ({ tagName, attribs: safeLink(attribs) }),
  },
  exclusiveFilter: (frame) =>
    frame.tag === 'img' && !new RegExp(`^${IMAGE_SCHEME}:[0-9a-f]{64}$`).test(frame.attribs.src ?? ''),
};

const ID = /^(annex|footnote|endnote|footnote-ref|endnote-ref)-\d{1,4}$/;

/** Links leave the site without saying where from; those within the page keep to names that we make. */
function safeLink({ href, id }: Record<string, string>): Record<string, string> {
  const link: Record<string, string> = {};
  if (id && ID.test(id)) link.id = id;
  if (href?.startsWith('#')) {
    if (ID.test(href.slice(1))) link.href = href;
  } else if (href && /^(https?|mailto|tel):/i.test(href.trim())) {
    link.href = href.trim();
    if (/^http/i.test(link.href)) link.rel = 'noopener noreferrer';
  }
  return link;
}

const once = (html: string): string => serialize(parseFragment(sanitizeHtml(html, POLICY)));

/**
 * Reduces HTML to the allow-list, and to a fixed point: what a browser will parse is what was judged, or nothing is
 * published (mutation XSS lives in the difference). Throws where no fixed point is reached.
 */
export function sanitise(html: string): string {
  let current = once(html);
  for (let round = 0; round < 5; round++) {
    const next = once(current);
    if (next === current) return current;
    current = next;
  }
  throw new Error('Sanitised HTML does not come to rest');
}
