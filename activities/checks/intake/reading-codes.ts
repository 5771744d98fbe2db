import type { CodeEntry } from '../../../schemas/rules.ts';
import { INTAKE_RULES } from './sources.ts';

const entry = (
  code: string,
  zh: string,
  en: string,
  good: string,
  bad: string,
  severity: CodeEntry['severity'] = 'error',
): CodeEntry => ({ code, gate: 'intake', severity, title: { zh, en }, source: INTAKE_RULES, good, bad });

/** Codes of findings that are made while a bundle is read, before any rule runs (activities/bundles, activities/documents). */
export const READING_CODES: readonly CodeEntry[] = [
  entry('FILE-EMPTY', '0字节文件', 'An empty file', '有内容的文件', '0字节的 plan.docx'),
  entry(
    'FILE-CORRUPT',
    '文件损坏、截断，或者结构不符合所声明的格式',
    'A damaged file',
    '可以正常打开的 .docx',
    '下载中断的 .docx',
  ),
  entry(
    'FILE-TYPE-MISMATCH',
    '内容与扩展名、声明的媒体类型不符',
    'The content is not what its name says',
    'policy.docx 是 Word 文件',
    '把 PDF 改名为 policy.docx',
  ),
  entry('FILE-ENCRYPTED', '文件加密，无法检查', 'An encrypted file', '没有设密码的文件', '设了打开密码的 .docx'),
  entry('FILE-MACRO', '文件含宏', 'A file with macros', '.docx', '.docm'),
  entry(
    'FILE-EXTERNAL-REF',
    '文件含自动加载的外部引用',
    'A file that loads something from outside',
    '图片嵌在文件里',
    '模板、图片从网址加载',
  ),
  entry(
    'FILE-XML-UNSAFE',
    'XML 含 DTD、外部实体或者实体膨胀',
    'Unsafe XML',
    '没有 DOCTYPE',
    'document.xml 声明外部实体',
  ),
  entry(
    'FILE-TOO-LARGE',
    '解压后体积、条目数、图片像素、行数或者嵌套层数超过限制',
    'Too large',
    '几十页的文件',
    '解压后超过1 GB 的压缩包',
  ),
  entry(
    'FILE-PATH-UNSAFE',
    '条目名或者清单中的文件名含路径穿越、绝对路径、符号链接',
    'An unsafe path',
    'plan.docx',
    '../../etc/passwd',
  ),
  entry(
    'FILE-NAME-UNSAFE',
    '文件名含控制字符、双向文字控制符等',
    'An unsafe file name',
    '解读.md',
    '含 U+202E 的文件名',
  ),
  entry('FILE-ENCODING', '文本不是有效的 UTF-8', 'Text that is not UTF-8', 'UTF-8 的 .md', 'GB18030 的 .md'),
  entry('FILE-DUPLICATE-ENTRY', '压缩包中有同名条目', 'Two entries of one name', '条目名各不相同', '两个 policy.docx'),
  entry(
    'FILE-NOT-READ',
    '作为附件接收，其中的文字没有检查',
    'Accepted as an attachment, not read',
    '.docx',
    '.ofd',
    'info',
  ),
  entry(
    'MARKUP-ACTIVE',
    'HTML、SVG、Markdown 含脚本、事件属性、危险协议链接、内嵌框架或者外部资源',
    'Active markup',
    '只有文字和图形的 SVG',
    '带脚本的 SVG',
  ),
  entry(
    'MANIFEST-INVALID',
    '清单不符合格式，或者字段超长',
    'The manifest is not in its form',
    '标题不超过200字',
    '标题一万字',
  ),
  entry('MANIFEST-DUPLICATE-ID', '清单中有重复的材料编号', 'An item id stands twice', 'text、qa', 'text、text'),
  entry(
    'MANIFEST-MISSING-FILE',
    '清单列出的文件不存在，或者哈希值不符',
    'A listed file is missing or is another one',
    '哈希值与文件一致',
    '登记后文件被替换',
  ),
  entry(
    'MANIFEST-UNLISTED-FILE',
    '文件在政策包里，清单没有列出',
    'A file that the manifest does not list',
    '每个文件都在清单里',
    '多出一个 附件3.docx',
    'warning',
  ),
];
