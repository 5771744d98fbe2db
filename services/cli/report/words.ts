import { GATES_OF_RULES } from '../../../activities/checks/gates.ts';
import type { CheckOutcome, Severity } from '../../../schemas/finding.ts';
import type { Bilingual } from '../../../schemas/text.ts';

/** Severity has a sign and a word besides its colour: some readers and all black-and-white printers see no colour. */
export const SEVERITIES: Record<Severity, Bilingual & { sign: string }> = {
  error: { sign: '✖', zh: '错误', en: 'error' },
  warning: { sign: '▲', zh: '警告', en: 'warning' },
  info: { sign: 'ℹ', zh: '提示', en: 'note' },
};

export const OUTCOMES: Record<CheckOutcome, Bilingual & { sign: string }> = {
  clean: { sign: '✓', zh: '没有检查意见', en: 'nothing found' },
  findings: { sign: '▲', zh: '有检查意见', en: 'findings' },
  sanitised: { sign: '▲', zh: '已去除活动内容', en: 'made safe' },
  rejected: { sign: '✖', zh: '不予收件', en: 'refused' },
};

const GATES: Record<string, Bilingual> = {
  intake: { zh: '收件检查', en: 'intake' },
  political: { zh: '政治关', en: 'political gate' },
  legal: { zh: '法律关', en: 'legal gate' },
  secrecy: { zh: '保密关', en: 'secrecy gate' },
  wording: { zh: '文字关', en: 'wording gate' },
};
export const GATE_ORDER = GATES_OF_RULES;
export const gateName = (gate: string): Bilingual => GATES[gate] ?? { zh: gate, en: gate };

const PLACES: Record<string, string> = {
  body: '正文',
  table: '表格',
  title: '标题',
  header: '页眉',
  footer: '页脚',
  footnote: '脚注',
  endnote: '尾注',
  'text-box': '文本框',
  comment: '批注',
  'hidden-text': '隐藏文字',
  'white-text': '看不见的文字',
  'tracked-insertion': '修订插入',
  'tracked-deletion': '修订删除',
  'field-code': '域代码',
  'alt-text': '图片文字说明',
  'file-name': '文件名',
  'embedded-object': '嵌入对象',
  'core-property': '文档属性',
  'custom-property': '自定义属性',
  'image-metadata': '图片元数据',
  'markup-comment': '标记注释',
  'plan-field': '解读方案要素',
  docnum: '发文字号',
  signature: '落款',
  manifest: '清单',
  file: '文件',
  link: '链接',
  rule: '检查规则',
};
export const placeName = (where: string) => PLACES[where] ?? where;
