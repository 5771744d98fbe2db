import type { DocumentModel } from '../../documents/model.ts';
import { fieldsNamed, fieldsOf } from '../text/fields.ts';

/** 九要素 of an interpretation (国办发〔2016〕80号 and local rules). Not every policy has all of them, so none is demanded. */
const ELEMENTS: { name: string; label: RegExp }[] = [
  { name: '背景依据', label: /背景|依据/u },
  { name: '目标任务', label: /目的|目标|任务|意义/u },
  { name: '主要内容', label: /内容|举措|措施/u },
  { name: '适用范围', label: /范围|对象|适用|谁可以/u },
  { name: '执行标准', label: /标准|条件|补多少/u },
  { name: '注意事项', label: /注意|提示|提醒/u },
  { name: '关键词诠释', label: /关键词|名词|解释|什么是/u },
  { name: '惠民利民举措', label: /惠民|利民|便民|惠企|补贴|服务/u },
  { name: '新旧政策差异', label: /差异|新旧|对比|变化|调整/u },
];

/** Which of the nine the materials have, taken all together: a help to the reviewer, not a finding. */
export const coverageOf = (materials: DocumentModel[]) =>
  ELEMENTS.map(({ name, label }) => ({
    name,
    present: materials.some((model) => fieldsNamed(fieldsOf(model), label).some(({ value }) => value !== '')),
  }));
