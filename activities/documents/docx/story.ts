import { tooLarge } from '../refusal.ts';
import { scanXml } from '../xml.ts';
import { fieldFetches, fieldLink } from './fields.ts';
import { takeProperty } from './story-properties.ts';
import { createStoryWriter, type StoryContext } from './story-writer.ts';
import { endCell, endTable, openTable, startCell, startRow } from './table.ts';

const MAX_ROWS = 20_000;
const TEXT = new Set(['w:t', 'm:t', 'a:t']);
/** Text that positions a drawing, and nothing else. */
const MEASURES = /^(wp|w14|a|pic|\?):(posOffset|align|pctWidth|pctHeight|pctPosHOffset|pctPosVOffset)$/;

/** Walks one part of WordprocessingML and adds what it says to the model. */
export function readStory(xml: Uint8Array, context: StoryContext): void {
  const { model, styles } = context;
  const writer = createStoryWriter(context);
  const stack: string[] = [];
  const fields: { code: string }[] = [];
  /** Text of each choice that we are in, or whose fallback we are in. */
  const choices: { text: string; fallback: boolean }[] = [];
  /** Depth within a record of what formatting was before: nothing of it holds. */
  let changes = 0;
  let rows = 0;
  let tableCount = 0;
  let altText: string | null = null;

  const endField = (code: string) => {
    writer.aside('field-code', code.trim());
    if (fieldFetches(code)) context.fetching.add('field');
    const target = fieldLink(code);
    if (target) model.links.push({ target, text: '', paragraph: writer.bodyIndex() });
  };

  scanXml(xml, {
    open(name, attributes) {
      stack.push(name);
      if (changes > 0 || /^w:\w+Change$/.test(name)) {
        changes += 1;
        return;
      }
      const { tables } = writer.frame();
      switch (name) {
        case 'w:p':
          return writer.startParagraph();
        case 'w:r':
          return writer.startRun();
        case 'w:tbl':
          tables.push(openTable(tableCount++));
          return;
        case 'w:tr': {
          rows += 1;
          if (rows > MAX_ROWS) throw tooLarge(`表格超过 ${MAX_ROWS} 行`, `its tables have more than ${MAX_ROWS} rows`);
          const table = tables.at(-1);
          if (table) startRow(table);
          return;
        }
        case 'w:tc': {
          const table = tables.at(-1);
          if (table) startCell(table);
          return;
        }
        case 'w:ins':
        case 'w:moveTo':
          if (stack.at(-2) !== 'w:rPr' && stack.at(-2) !== 'w:trPr') writer.inserted.push(attributes('w:author') ?? '');
          else takeProperty(writer, styles, stack, attributes);
          return;
        case 'w:del':
        case 'w:moveFrom':
          if (stack.at(-2) !== 'w:rPr' && stack.at(-2) !== 'w:trPr') writer.deleted.push(attributes('w:author') ?? '');
          else takeProperty(writer, styles, stack, attributes);
          return;
        case 'w:tab':
          if (stack.at(-2) === 'w:r') writer.addText('\t');
          return;
        case 'w:br':
        case 'w:cr':
          if (attributes('w:type') === 'page') writer.state.pendingBreak = true;
          else writer.addText('\n');
          return;
        case 'w:noBreakHyphen':
          return writer.addText('-');
        case 'w:sym': {
          const code = Number.parseInt(attributes('w:char') ?? '', 16);
          return writer.addText(code >= 0x20 && code < 0xe000 ? String.fromCodePoint(code) : '□');
        }
        case 'w:fldChar': {
          const type = attributes('w:fldCharType');
          if (type === 'begin') fields.push({ code: '' });
          else if (type === 'end') endField(fields.pop()?.code ?? '');
          return;
        }
        case 'w:fldSimple':
          return endField(attributes('w:instr') ?? '');
        case 'w:hyperlink': {
          const relation = context.relationships.get(attributes('r:id') ?? '');
          const target = relation?.target ?? `#${attributes('w:anchor') ?? ''}`;
          writer.aside('alt-text', attributes('w:tooltip') ?? '');
          writer.state.link = { target, text: '', paragraph: writer.bodyIndex() };
          return;
        }
        case 'w:commentReference':
        case 'w:footnoteReference':
        case 'w:endnoteReference': {
          const index = writer.bodyIndex();
          if (index !== null) context.references.set(`${name.slice(2, -9)}/${attributes('w:id')}`, index);
          return;
        }
        case 'w:comment':
          return writer.enter(
            'comment',
            attributes('w:author') ?? null,
            context.references.get(`comment/${attributes('w:id')}`) ?? null,
          );
        case 'w:footnote':
        case 'w:endnote':
          return writer.enter(
            name === 'w:footnote' ? 'footnote' : 'endnote',
            null,
            context.references.get(`${name.slice(2)}/${attributes('w:id')}`) ?? null,
          );
        case 'w:txbxContent':
          return writer.enter('text-box', null, writer.bodyIndex());
        case 'mc:AlternateContent':
          choices.push({ text: '', fallback: false });
          return;
        case 'mc:Fallback': {
          const choice = choices.at(-1);
          if (choice) choice.fallback = true;
          return;
        }
        case 'w:altChunk':
          context.fetching.add('altChunk');
          return;
        case 'w:subDoc':
          context.fetching.add('subDoc');
          return;
        case 'wp:docPr':
        case 'pic:cNvPr':
        case 'v:shape':
        case 'v:rect':
        case 'v:imagedata': {
          const text = attributes('descr') ?? attributes('alt') ?? attributes('o:title') ?? '';
          if (text !== '') writer.aside('alt-text', text);
          writer.aside('alt-text', attributes('title') ?? '');
          if (name === 'wp:docPr' || name === 'v:shape') altText = text || null;
          const embedded = attributes('r:id');
          if (embedded) addImage(embedded);
          return;
        }
        case 'v:textpath':
          return writer.aside('text-box', attributes('string') ?? '');
        case 'a:blip': {
          const embedded = attributes('r:embed');
          if (embedded) addImage(embedded);
          return;
        }
        default:
          takeProperty(writer, styles, stack, attributes);
      }
    },
    close(name) {
      stack.pop();
      if (changes > 0) {
        changes -= 1;
        return;
      }
      const { tables } = writer.frame();
      switch (name) {
        case 'w:p':
          return writer.endParagraph();
        case 'w:r':
          return writer.endRun();
        case 'w:tbl': {
          const table = tables.pop();
          if (table) endTable(table);
          return;
        }
        case 'w:tc': {
          const table = tables.at(-1);
          if (table) endCell(table);
          return;
        }
        case 'w:ins':
        case 'w:moveTo':
          if (stack.at(-1) !== 'w:rPr' && stack.at(-1) !== 'w:trPr') writer.inserted.pop();
          return;
        case 'w:del':
        case 'w:moveFrom':
          if (stack.at(-1) !== 'w:rPr' && stack.at(-1) !== 'w:trPr') writer.deleted.pop();
          return;
        case 'w:hyperlink':
          if (writer.state.link) model.links.push(writer.state.link);
          writer.state.link = null;
          return;
        case 'w:comment':
        case 'w:footnote':
        case 'w:endnote':
        case 'w:txbxContent':
          return writer.leave();
        case 'mc:AlternateContent':
          choices.pop();
          return;
      }
    },
    comment: (text) => writer.aside('markup-comment', text),
    text(text) {
      const name = stack.at(-1) ?? '';
      if (changes > 0) return text.trim() === '' ? undefined : writer.aside('hidden-text', text);
      if (name === 'w:instrText' || name === 'w:delInstrText') {
        const field = fields.at(-1);
        if (field) field.code += text;
        else writer.aside('field-code', text);
      } else if (name === 'w:delText') writer.addText(text, { deleted: writer.deleted.at(-1) ?? '' });
      else if (TEXT.has(name)) addChosenText(text);
      else if (text.trim() !== '' && !MEASURES.test(name)) writer.aside('hidden-text', text);
    },
  });
  // A field that is never closed is one all the same.
  for (const field of fields) endField(field.code);

  /** A fallback is for readers that cannot show the choice before it; mammoth is one. It may not say anything else. */
  function addChosenText(text: string) {
    const choice = choices.at(-1);
    if (!choice) return writer.addText(text);
    if (!choice.fallback) {
      choice.text += text;
      return writer.addText(text);
    }
    if (choice.text === '') return writer.addText(text);
    if (!choice.text.includes(text)) writer.addText(text, { hidden: true });
  }

  function addImage(id: string) {
    const relation = context.relationships.get(id);
    if (relation && !relation.external)
      context.images.push({ target: relation.target, altText, paragraph: writer.bodyIndex() });
  }
}
