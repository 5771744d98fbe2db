import { type FileFinding, fileFinding } from '../file-finding.ts';
import { sniff } from '../file-type.ts';
import { imageHeader, readImage } from '../image.ts';
import { activeFinding, isDangerousAddress } from '../markup.ts';
import type { Aside, DocumentModel } from '../model.ts';
import { corrupt, DocumentRefused } from '../refusal.ts';
import { looseBytes } from '../zip.ts';
import { readEmbedded, readStrings } from './embedded.ts';
import { readNumbering } from './numbering.ts';
import { type OoxmlPackage, openPackage } from './package.ts';
import { readLooseText, readProperties, readSettings } from './properties.ts';
import { readStory } from './story.ts';
import type { StoryContext } from './story-writer.ts';
import { readStyles } from './styles.ts';

const SAVE_CLEAN = {
  zh: '请在 Word 或 WPS 中去除后，另存为 .docx 提交。',
  en: 'Remove it in Word or WPS, save as .docx and submit that.',
};

/**
 * Reads every part of a .docx. A macro, something that loads by itself, or XML that is unsafe refuses the document
 * (DocumentRefused): nobody may be asked to review what changes when it is opened.
 */
export async function readDocx(bytes: Uint8Array, model: DocumentModel): Promise<FileFinding[]> {
  const ooxml = await openPackage(bytes);
  refuseMacros(ooxml, model);
  await readLooseBytes(bytes, model);
  const { mainPart } = ooxml;
  if (mainPart === null || !ooxml.has(mainPart)) throw corrupt('找不到正文部件', 'it has no main part');
  if (!ooxml.contentType(mainPart).includes('wordprocessingml')) {
    throw new DocumentRefused(
      fileFinding(
        'FILE-TYPE-MISMATCH',
        { zh: '文件内容不是 Word 文档。', en: 'The content is no Word document.' },
        SAVE_CLEAN,
      ),
    );
  }
  for (const [part, relations] of ooxml.relationships) {
    for (const { type, target, external } of relations.values()) {
      if (external && type !== 'hyperlink') model.package.externalRelationships.push({ part, type, target });
    }
  }
  if (model.package.externalRelationships.length > 0)
    throw externalReference(model.package.externalRelationships[0]?.type ?? '');

  const readOptional = async (type: string) => {
    const part = ooxml.names.find((name) => ooxml.contentType(name).includes(type));
    return part === undefined ? undefined : ooxml.read(part);
  };
  const references = new Map<string, number>();
  const fetching = new Set<string>();
  const images: StoryContext['images'] = [];
  const story = (part: string, kind: StoryContext['kind']): StoryContext => ({
    model,
    styles,
    numbering,
    part,
    kind,
    fetching,
    images,
    references,
    relationships: ooxml.relationships.get(part) ?? new Map(),
  });
  const styles = readStyles(await readOptional('wordprocessingml.styles+xml'));
  const numbering = readNumbering(await readOptional('wordprocessingml.numbering+xml'));
  readStory(await ooxml.read(mainPart), story(mainPart, 'body'));
  const rest: string[] = [];
  for (const part of ooxml.names) {
    if (part === mainPart || part === '[Content_Types].xml' || part.endsWith('.rels')) continue;
    const type = ooxml.contentType(part);
    if (!/[+/]xml$/.test(type)) {
      rest.push(part);
      continue;
    }
    const content = await ooxml.read(part);
    const kind = storyKind(type);
    if (kind) readStory(content, story(part, kind));
    else if (type.endsWith('core-properties+xml')) readProperties(content, part, 'core', model);
    else if (type.endsWith('extended-properties+xml')) readProperties(content, part, 'app', model);
    else if (type.endsWith('custom-properties+xml')) readProperties(content, part, 'custom', model);
    else if (type.endsWith('settings+xml')) readSettings(content, part, model);
    else readLooseText(content, part, looseKind(part), model);
  }
  if (fetching.size > 0) throw externalReference([...fetching][0] ?? '');
  const findings = await readBinaries(ooxml, rest, images, model);
  dropRepeats(model);
  const harmless = model.links.filter(({ target }) => !isDangerousAddress(target));
  const active = activeFinding(harmless.length < model.links.length ? ['address'] : []);
  model.links = harmless;
  return active ? [...findings, active] : findings;
}

/** What stands in the file and in no part of it. A part that the directory does not list is shown by some readers. */
async function readLooseBytes(bytes: Uint8Array, model: DocumentModel): Promise<void> {
  for (const loose of await looseBytes(bytes)) {
    if (Buffer.from(loose).includes('PK\x03\x04', 0, 'latin1'))
      throw corrupt('有没有登记的内部部件', 'it holds parts that it does not list');
    readStrings(loose, 'zip', model);
  }
}

function refuseMacros({ names, contentType, relationships }: OoxmlPackage, model: DocumentModel): void {
  const types = names.map((part) => `${part} ${contentType(part)}`);
  const relations = [...relationships.values()].flatMap((each) => [...each.values()].map(({ type }) => type));
  model.package.hasMacros =
    types.some((type) => /vbaProject|vbaData|macroEnabled|ms-office\.activeX/i.test(type)) ||
    relations.some((type) => /vbaProject|wordVbaData|activeX|keyMapCustomizations/i.test(type));
  if (!model.package.hasMacros) return;
  throw new DocumentRefused(
    fileFinding('FILE-MACRO', { zh: '文件含有宏或者控件。', en: 'The file has macros or controls in it.' }, SAVE_CLEAN),
  );
}

const FETCHED: Record<string, { zh: string; en: string }> = {
  attachedTemplate: { zh: '外部模板', en: 'an external template' },
  image: { zh: '链接的图片', en: 'a linked picture' },
  oleObject: { zh: '链接的对象', en: 'a linked object' },
  altChunk: { zh: '嵌入的外来内容（altChunk）', en: 'an imported chunk (altChunk)' },
  aFChunk: { zh: '嵌入的外来内容（altChunk）', en: 'an imported chunk (altChunk)' },
  subDocument: { zh: '子文档', en: 'a sub-document' },
  subDoc: { zh: '子文档', en: 'a sub-document' },
  frame: { zh: '框架页', en: 'a frame' },
  field: { zh: '自动取数的域（DDE、LINK、INCLUDE 等）', en: 'a field that fetches (DDE, LINK, INCLUDE …)' },
};

/** Says the kind, never the address: the message must not carry what the file wanted loaded. */
function externalReference(kind: string): DocumentRefused {
  const { zh, en } = FETCHED[kind] ?? { zh: '外部引用', en: 'an external reference' };
  return new DocumentRefused(
    fileFinding(
      'FILE-EXTERNAL-REF',
      {
        zh: `文件打开时会自动加载外部内容：${zh}。系统没有访问它。`,
        en: `Opened, the file would load ${en}. It was not fetched.`,
      },
      SAVE_CLEAN,
    ),
  );
}

function storyKind(contentType: string): Aside['kind'] | null {
  const kinds: [RegExp, Aside['kind']][] = [
    [/wordprocessingml\.header\+xml$/, 'header'],
    [/wordprocessingml\.footer\+xml$/, 'footer'],
    [/wordprocessingml\.footnotes\+xml$/, 'footnote'],
    [/wordprocessingml\.endnotes\+xml$/, 'endnote'],
    [/wordprocessingml\.comments\+xml$/, 'comment'],
    [/wordprocessingml\.document\.glossary\+xml$/, 'hidden-text'],
  ];
  return kinds.find(([pattern]) => pattern.test(contentType))?.[1] ?? null;
}

const looseKind = (part: string): Aside['kind'] => {
  if (/^customXml\//i.test(part)) return 'custom-property';
  return /(^|\/)(charts|diagrams|drawings)\//i.test(part) ? 'text-box' : 'hidden-text';
};

/**
 * Pictures, and what is neither XML, picture nor font: a workbook, a package, an OLE object. Of these the text is read,
 * and people have to look at them.
 */
async function readBinaries(
  ooxml: OoxmlPackage,
  parts: string[],
  used: StoryContext['images'],
  model: DocumentModel,
): Promise<FileFinding[]> {
  let severity: FileFinding['severity'] = 'warning';
  for (const part of parts) {
    const mediaType = ooxml.contentType(part);
    const bytes = await ooxml.read(part);
    const use = used.find((image) => image.target === part);
    const place = { altText: use?.altText ?? null, paragraph: use?.paragraph ?? null };
    if (imageHeader(bytes)) {
      model.images.push(await readImage(bytes, part, place.altText, place.paragraph));
    } else if (mediaType.startsWith('image/')) {
      const unknown = { width: null, height: null, metadata: {}, gps: null };
      model.images.push({ part, mediaType, bytes: bytes.byteLength, ...unknown, ...place });
    } else if (!/font|printerSettings/i.test(`${mediaType} ${part}`)) {
      model.package.embeddedObjects.push(part);
      // A workbook behind a chart is data; any other object can be a program that a click starts.
      if (sniff(bytes) !== 'zip') severity = 'error';
      await readEmbedded(bytes, part, model);
    }
  }
  if (model.package.embeddedObjects.length === 0) return [];
  return [
    {
      ...fileFinding(
        'FILE-EMBEDDED-OBJECT',
        {
          zh: '文件中嵌有工作簿或者其他对象，下载的人能看到其中全部内容。',
          en: 'A workbook or another object is embedded; whoever downloads the file has all of it.',
        },
        {
          zh: '请把对象改为图片或者表格，或者确认其内容可以公开。',
          en: 'Turn it into a picture or a table, or make sure that all of it may be public.',
        },
        { where: 'embedded-object' },
      ),
      severity,
    },
  ];
}

/** A drawing is written twice, for new and for old readers of the format; its text is told once. */
function dropRepeats(model: DocumentModel): void {
  const seen = new Set<string>();
  model.asides = model.asides.filter((aside) => {
    if (aside.kind !== 'text-box' && aside.kind !== 'alt-text') return true;
    const key = `${aside.kind}\0${aside.part}\0${aside.paragraph}\0${aside.text}`;
    return !seen.has(key) && seen.add(key);
  });
}
