import { NORMATIVE_37, PENALTY_LAW } from '../sources.ts';
import { entry, powerRule } from './power.ts';

export const penalty = powerRule({
  ...entry(
    'LEG-POWER-PENALTY',
    `${NORMATIVE_37}；${PENALTY_LAW}`,
    '规范性文件设定行政处罚',
    'Sets a penalty',
    '由公安机关依照《中华人民共和国道路交通安全法》处罚',
    '由区教育和体育局处200元以上2000元以下罚款',
  ),
  sets: [
    /(?:处|并处|可处|处以|给予|课以|可以处)[^，。；]{0,20}(?:罚款|罚金)/u,
    /罚款\s*[\d一二三四五六七八九十百千万]+\s*(?:元|万元)/u,
    /(?:予以|给予|可以)?没收(?:其)?(?:违法所得|非法所得|非法财物|工具|物品|车辆)/u,
    /责令(?:其)?(?:停产停业|停业整顿|关闭|停止营业)|吊销(?:其)?[^，。；]{0,12}(?:证|执照)|暂扣(?:其)?[^，。；]{0,12}(?:证|执照)|处[^，。；]{0,8}行政拘留|降低(?:其)?资质等级/u,
  ],
  basisExcuses: true,
});
