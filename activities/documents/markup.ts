import { type FileFinding, fileFinding } from './file-finding.ts';

/** Kinds of active content; named in messages by these words, never by the markup itself. */
const KINDS = {
  script: { zh: '脚本', en: 'scripts' },
  event: { zh: '事件属性', en: 'event attributes' },
  address: { zh: '危险协议的链接', en: 'links of a dangerous protocol' },
  frame: { zh: '内嵌框架或者插件', en: 'frames or plug-ins' },
  form: { zh: '表单', en: 'forms' },
  redirect: { zh: '跳转或者基准地址', en: 'redirects or a base address' },
  external: { zh: '外部资源', en: 'external resources' },
  foreign: { zh: '图形中嵌入的网页', en: 'web content inside a drawing' },
} as const;
export type ActiveKind = keyof typeof KINDS;

const ELEMENTS: Record<string, ActiveKind> = {
  script: 'script',
  iframe: 'frame',
  frame: 'frame',
  frameset: 'frame',
  object: 'frame',
  embed: 'frame',
  applet: 'frame',
  portal: 'frame',
  fencedframe: 'frame',
  form: 'form',
  input: 'form',
  button: 'form',
  textarea: 'form',
  select: 'form',
  base: 'redirect',
  foreignobject: 'foreign',
  handler: 'script',
  listener: 'script',
  set: 'script',
};

const ADDRESS_ATTRIBUTES = new Set([
  'href',
  'xlink:href',
  'src',
  'action',
  'formaction',
  'data',
  'poster',
  'background',
  'cite',
  'longdesc',
  'ping',
  'dynsrc',
  'lowsrc',
  'manifest',
  'to',
  'from',
  'values',
]);
const LOADING_ATTRIBUTES = new Set([
  'src',
  'srcset',
  'poster',
  'background',
  'data',
  'dynsrc',
  'lowsrc',
  'ping',
  'manifest',
]);

/** Browsers drop control characters and blanks from the front of an address, and tabs and line ends anywhere in it. */
const squeeze = (value: string) => value.replace(/[\s\p{Cc}\p{Cf}]/gu, '').toLowerCase();

export const isDangerousAddress = (value: string): boolean =>
  /^(javascript|vbscript|livescript|mocha|file|blob|filesystem|view-source|jar|ms-[a-z-]+|data(?!:image\/(png|jpeg|gif);base64,)):?/.test(
    squeeze(value),
  ) && squeeze(value).includes(':');

const isExternal = (value: string) =>
  /^([a-z][a-z0-9+.-]*:|[\\/]{2})/.test(squeeze(value)) && !squeeze(value).startsWith('data:');

const LOADING_STYLE = /@import|expression\s*\(|behavior\s*:|-moz-binding|url\s*\(\s*['"]?\s*(?!#|['"]?data:image\/)/i;

/** What an element of HTML or SVG would do by itself. `svg` elements also load by `href`. */
export function activeKinds(element: string, attributes: [name: string, value: string][], svg: boolean): ActiveKind[] {
  const found: ActiveKind[] = [];
  const name = element.toLowerCase();
  const known = ELEMENTS[name];
  if (known && (svg || name !== 'set')) found.push(known);
  for (const [rawName, value] of attributes) {
    const attribute = rawName.toLowerCase();
    if (/^on[a-z]/.test(attribute)) found.push('event');
    if (attribute === 'srcdoc') found.push('frame');
    if (attribute === 'style' && LOADING_STYLE.test(value)) found.push('external');
    if (ADDRESS_ATTRIBUTES.has(attribute) && isDangerousAddress(value)) found.push('address');
    const loads = LOADING_ATTRIBUTES.has(attribute) || (name === 'link' && attribute === 'href');
    if (loads && isExternal(value)) found.push('external');
    // A drawing has no files beside it: whatever it refers to outside itself would be fetched, or read from our disk.
    if (svg && name !== 'a' && /href$/.test(attribute) && !/^(#|data:image\/(png|jpeg);)/.test(squeeze(value))) {
      found.push('external');
    }
    if (name === 'meta' && attribute === 'http-equiv' && /refresh|set-cookie/i.test(value)) found.push('redirect');
    if (/^animate/.test(name) && attribute === 'attributename' && /href|^on/i.test(value)) found.push('script');
    if (svg && /^(fill|stroke|filter|mask|clip-path|marker.*)$/.test(attribute) && LOADING_STYLE.test(value))
      found.push('external');
  }
  return found;
}

export const isActiveStyle = (css: string): boolean => LOADING_STYLE.test(css);

/** One finding for a file, naming all kinds found; null where there are none. */
export function activeFinding(kinds: Iterable<ActiveKind>): FileFinding | null {
  const unique = [...new Set(kinds)];
  if (unique.length === 0) return null;
  return fileFinding(
    'MARKUP-ACTIVE',
    {
      zh: `文件含有${unique.map((kind) => KINDS[kind].zh).join('、')}，发布时会去除。`,
      en: `The file has ${unique.map((kind) => KINDS[kind].en).join(', ')}; they are removed before anything is released.`,
    },
    { zh: '请从源文件中删除这些内容后重新提交。', en: 'Remove them from the source file and submit it again.' },
  );
}
