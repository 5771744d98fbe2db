import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { INTAKE_RULES } from './sources.ts';

const PROPERTY: CodeEntry = {
  code: 'SEC-PROPERTY',
  gate: 'secrecy',
  severity: 'warning',
  title: { zh: '文档属性含不宜公开的信息', en: 'Document properties hold what should not be public' },
  source: INTAKE_RULES,
  good: '没有自定义属性；作者、单位由系统在发布前去除',
  bad: '自定义属性“拟稿处室”“领导批示”',
};
/** Written by office programs by themselves; they say nothing of the matter. */
const TECHNICAL =
  /^(ICV|KSO\w*|KSOProductBuildVer|WPS\w*|_?Doc\w*Id|MSIP_\w+|ContentTypeId|Generator|AppVersion|Application|GrammarlyDocumentId|commondata|MTWinEqns|TitlesOfParts)$/iu;
const DELICATE = /(内部|密级|机密|绝密|秘密|保密|批示|领导|处室|拟稿|送审|内参|征求意见稿|不公开|电话|手机|身份证)/u;

/**
 * Author and company are stripped before anything is released, so they are no finding. What a custom property says, and
 * remarks in the description, were put there by somebody for somebody inside.
 */
export const properties: Rule = {
  codes: [PROPERTY],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      model.properties
        .filter(({ kind, name, value }) =>
          kind === 'custom'
            ? value.trim() !== '' && !TECHNICAL.test(name)
            : kind === 'core' &&
              /^(subject|description|keywords|category|contentStatus|comments)$/iu.test(name.replace(/^\w+:/u, '')) &&
              DELICATE.test(value),
        )
        .map(({ kind, name, value }) =>
          finding(
            PROPERTY,
            item.id,
            { where: `${kind}-property`, quote: value },
            {
              zh: `文档属性“${name}”的内容是“${value}”，请确认是否适合公开。`,
              en: `The property "${name}" says "${value}"; make sure that it may be public.`,
            },
            {
              zh: '请在“文件—信息—检查文档”中清除文档属性。',
              en: 'Remove document properties with the document inspector.',
            },
          ),
        ),
    ),
};
