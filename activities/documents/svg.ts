import type { FileFinding } from './file-finding.ts';
import { type ActiveKind, activeFinding, activeKinds, isActiveStyle } from './markup.ts';
import type { DocumentModel } from './model.ts';
import { corrupt } from './refusal.ts';
import { scanXml } from './xml.ts';

/** Reads a drawing: one paragraph for each `text` element, title and description as alternative text. */
export function readSvg(bytes: Uint8Array, part: string, model: DocumentModel): FileFinding[] {
  const active: ActiveKind[] = [];
  const stack: { name: string; hidden: boolean }[] = [];
  let line = '';
  let spoken = '';
  let size: [number | null, number | null] = [null, null];
  const hidden = () => stack.at(-1)?.hidden ?? false;
  const inside = (name: string) => stack.some((each) => each.name === name);
  const add = (kind: 'hidden-text' | 'alt-text' | 'markup-comment', text: string) => {
    if (text.trim() !== '') model.asides.push({ kind, text: text.trim(), part, author: null, paragraph: null });
  };
  const endLine = () => {
    const text = line.replace(/\s+/g, ' ').trim();
    line = '';
    if (text === '') return;
    model.paragraphs.push({
      text,
      style: 'text',
      headingLevel: null,
      numbering: null,
      alignment: null,
      bold: false,
      cell: null,
      pageBreakBefore: false,
    });
  };

  scanXml(bytes, {
    open(name, _attributes, tag) {
      const local = tag.local;
      const attributes = Object.values(tag.attributes).map(({ prefix, local: own, value }): [string, string] => [
        prefix ? `${prefix}:${own}` : own,
        value,
      ]);
      if (stack.length === 0) {
        if (name !== 'svg:svg') throw corrupt('不是 SVG 图形', 'it is no SVG drawing');
        size = sizeOf(Object.fromEntries(attributes));
      }
      active.push(...activeKinds(local, attributes, true));
      if (tag.uri.endsWith('xhtml')) active.push('foreign');
      const written = Object.fromEntries(attributes);
      const style = `;${Object.entries(written)
        .map(([key, value]) => `${key}:${value}`)
        .join(';')};${written.style ?? ''}`.replace(/\s/g, '');
      const unseen =
        /;(display:none|visibility:hidden|opacity:0(?![.\d])|fill-opacity:0(?![.\d])|font-size:0(?![.\d]))/.test(style);
      stack.push({
        name: local,
        hidden: hidden() || unseen || /^(metadata|defs|script|style|foreignObject)$/.test(local),
      });
      // A tspan that sets its own line begins one; other tspans continue the run.
      if (local === 'text' || (local === 'tspan' && (written.dy !== undefined || written.y !== undefined))) endLine();
    },
    close() {
      const { name } = stack.pop() ?? { name: '' };
      if (name === 'text') endLine();
      if (name === 'title' || name === 'desc') {
        add('alt-text', spoken);
        spoken = '';
      }
    },
    text(text) {
      if (inside('style')) {
        if (isActiveStyle(text)) active.push('external');
      } else if (inside('script')) return;
      else if (inside('title') || inside('desc')) spoken += text;
      else if (hidden()) add('hidden-text', text);
      else if (inside('text')) line += text;
      else add('hidden-text', text);
    },
    comment: (text) => add('markup-comment', text),
  });
  const altText = model.asides.find((aside) => aside.kind === 'alt-text')?.text ?? null;
  model.images.push({
    part,
    mediaType: 'image/svg+xml',
    width: size[0],
    height: size[1],
    bytes: bytes.byteLength,
    altText,
    metadata: {},
    gps: null,
    paragraph: null,
  });
  const finding = activeFinding(active);
  return finding ? [finding] : [];
}

function sizeOf(attributes: Record<string, string>): [number | null, number | null] {
  const number = (value: string | undefined) =>
    value && Number.parseFloat(value) > 0 ? Math.round(Number.parseFloat(value)) : null;
  const box = (attributes.viewBox ?? '').trim().split(/[\s,]+/);
  return [number(attributes.width) ?? number(box[2]), number(attributes.height) ?? number(box[3])];
}
