import type { DocumentModel } from '../model.ts';
import { scanXml } from '../xml.ts';

/** Written by the program, and about nobody. */
const MECHANICAL =
  /^(Pages|Words|Characters|CharactersWithSpaces|Lines|Paragraphs|TotalTime|DocSecurity|ScaleCrop|LinksUpToDate|SharedDoc|HyperlinksChanged|AppVersion|Application|created|modified|lastPrinted|revision|HeadingPairs|TitlesOfParts|language|version)$/;

/** WPS Office writes its version and a serial number into every file. */
const WPS = /^(KSO\w*|ICV)$/;
const TEMPLATE = /^Normal(\.dotm?|\.wpt)?$/i;

/** docProps/core.xml, app.xml or custom.xml: each value as a property, and what a person may have written as an aside. */
export function readProperties(
  xml: Uint8Array,
  part: string,
  kind: 'core' | 'app' | 'custom',
  model: DocumentModel,
): void {
  let depth = 0;
  let name = '';
  let value = '';
  scanXml(xml, {
    open(element, attributes) {
      depth += 1;
      if (depth !== 2) return;
      name = kind === 'custom' ? (attributes('name') ?? '') : (element.split(':').at(-1) ?? '');
      value = '';
    },
    close() {
      depth -= 1;
      if (depth !== 1 || value.trim() === '') return;
      model.properties.push({ name, value, kind });
      if (kind === 'custom' ? WPS.test(name) : MECHANICAL.test(name) || TEMPLATE.test(value)) return;
      const text = kind === 'custom' && /\p{Script=Han}/u.test(name) ? `${name}：${value}` : value;
      const aside = kind === 'custom' ? 'custom-property' : 'core-property';
      model.asides.push({ kind: aside, text, part: `${part}#${name}`, author: null, paragraph: null });
    },
    text(text) {
      if (depth >= 2) value += text;
    },
  });
}

/** settings.xml: document variables, and sources that a mail merge or a template would fetch. */
export function readSettings(xml: Uint8Array, part: string, model: DocumentModel): void {
  scanXml(xml, {
    open(name, attributes) {
      if (name !== 'w:docVar') return;
      const value = attributes('w:val') ?? '';
      model.properties.push({ name: attributes('w:name') ?? '', value, kind: 'custom' });
      if (value.trim() !== '') {
        model.asides.push({
          kind: 'custom-property',
          text: value,
          part: `${part}#${attributes('w:name')}`,
          author: null,
          paragraph: null,
        });
      }
    },
    close() {},
    text() {},
  });
}

/** Text of any other XML part (charts, diagrams, custom XML, sheets), one aside for each element that has some. */
export function readLooseText(
  xml: Uint8Array,
  part: string,
  kind: DocumentModel['asides'][number]['kind'],
  model: DocumentModel,
): void {
  const texts: string[] = [];
  const add = (text: string) => {
    if (/[\p{L}\p{N}]/u.test(text)) model.asides.push({ kind, text, part, author: null, paragraph: null });
  };
  scanXml(xml, {
    open(name, attributes) {
      // Runs of one paragraph are joined, as in the body: a mark may be split over them.
      if (/:(p|si|is|t|v|c)$/.test(name) && !/:(t|v)$/.test(name)) add(texts.splice(0).join(''));
      for (const attribute of ['descr', 'title', 'alt']) add(attributes(attribute) ?? '');
    },
    close(name) {
      if (!/:(t|r)$/.test(name)) add(texts.splice(0).join(''));
    },
    text: (text) => void texts.push(text),
    comment: add,
  });
  add(texts.join(''));
}
