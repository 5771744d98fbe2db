import { scanXml } from '../xml.ts';
import { applyProperty, type Formatting } from './run-properties.ts';

type Style = { name: string; basedOn: string | null; formatting: Formatting };

export type Styles = {
  /** Name that people see, e.g. `heading 1`; the id where the style is not defined. */
  nameOf(id: string): string;
  /** Formatting of a style with all that it is based on; of the document's defaults for null. */
  resolve(id: string | null): Formatting;
};

/** styles.xml, as far as it decides what is seen and what is a heading. Table styles are left out: they pair ink with ground. */
export function readStyles(xml: Uint8Array | undefined): Styles {
  const styles = new Map<string, Style>();
  const defaults: Formatting = {};
  let defaultParagraph: string | null = null;
  let target: Formatting | null = null;
  let current: Style | null = null;
  let changes = 0;
  if (xml) {
    scanXml(xml, {
      open(name, attributes) {
        if (name.endsWith('Change')) changes += 1;
        else if (name === 'w:docDefaults') target = defaults;
        else if (name === 'w:style') {
          const id = attributes('w:styleId') ?? '';
          const type = attributes('w:type');
          current = { name: id, basedOn: null, formatting: {} };
          target = type === 'table' || type === 'numbering' ? null : current.formatting;
          styles.set(id, current);
          if (type === 'paragraph' && attributes('w:default') === '1') defaultParagraph = id;
        } else if (name === 'w:name' && current) current.name = attributes('w:val') ?? '';
        else if (name === 'w:basedOn' && current) current.basedOn = attributes('w:val') ?? null;
        else if (target && changes === 0) applyProperty(target, name, attributes);
      },
      close(name) {
        if (name.endsWith('Change')) changes -= 1;
        if (name === 'w:style' || name === 'w:docDefaults') {
          target = null;
          current = null;
        }
      },
      text() {},
    });
  }
  const resolved = new Map<string | null, Formatting>();
  const resolve = (id: string | null): Formatting => {
    const known = resolved.get(id);
    if (known) return known;
    const chain: Formatting[] = [];
    const seen = new Set<string>();
    for (let next = id; next !== null && !seen.has(next); next = styles.get(next)?.basedOn ?? null) {
      seen.add(next);
      chain.unshift(styles.get(next)?.formatting ?? {});
    }
    const result = Object.assign(
      {},
      defaults,
      id === null ? styles.get(defaultParagraph ?? '')?.formatting : {},
      ...chain,
    );
    resolved.set(id, result);
    return result;
  };
  return { nameOf: (id) => styles.get(id)?.name ?? id, resolve };
}
