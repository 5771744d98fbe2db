import type { CheckedItem, Place } from '../rule.ts';
import { linesOf } from './lines.ts';

/** Everything written anywhere in a part, whether a reader would see it or not. */
export type Writing = { text: string; place: (start: number, end: number) => Place; visible: boolean };

/** Three rules look through the same writings. */
const known = new WeakMap<CheckedItem, Writing[]>();

/** File names of pictures and of the part itself, properties and link targets leave the house too. */
export function writingsIn(checked: CheckedItem): Writing[] {
  const writings = known.get(checked) ?? readWritings(checked);
  known.set(checked, writings);
  return writings;
}

function readWritings({ item, model }: CheckedItem): Writing[] {
  const writing = (where: string, text: string, paragraph: number | null = null): Writing => ({
    text,
    visible: false,
    place: (start, end) => ({
      where,
      ...(paragraph !== null && { paragraph }),
      start,
      end,
      quote: text.slice(start, end),
    }),
  });
  const body = linesOf(model).map(({ text, paragraph, cell }) => ({
    ...writing(cell ? 'table' : 'body', text, paragraph),
    visible: true,
  }));
  const seen = new Set(model.asides.map(({ kind, text }) => `${kind}\n${text}`));
  return [
    ...body,
    ...model.asides.map(({ kind, text, paragraph }) => writing(kind, text, paragraph)),
    // Some readers give properties and alternative texts as asides too; they are told once.
    ...model.properties
      .filter(({ kind, value }) => !seen.has(`${kind}-property\n${value}`))
      .map(({ kind, value }) => writing(`${kind}-property`, value)),
    ...model.properties.filter(({ kind }) => kind === 'custom').map(({ name }) => writing('custom-property', name)),
    ...model.images.flatMap((image) => [
      ...(image.altText && !seen.has(`alt-text\n${image.altText}`)
        ? [writing('alt-text', image.altText, image.paragraph)]
        : []),
      ...Object.values(image.metadata).map((value) => writing('image-metadata', value, image.paragraph)),
      writing('file-name', image.part.split('/').at(-1) ?? ''),
    ]),
    ...model.links.map(({ target, paragraph }) => writing('link', decoded(target), paragraph)),
    ...model.package.embeddedObjects
      .filter((text) => !seen.has(`embedded-object\n${text}`))
      .map((text) => writing('embedded-object', text)),
    writing('file-name', item.file.split('/').at(-1) ?? ''),
    ...(item.title ? [writing('manifest', item.title)] : []),
    ...(item.alternativeText ? [writing('alt-text', item.alternativeText)] : []),
  ].filter(({ text }) => text !== '');
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
