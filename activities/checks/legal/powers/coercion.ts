import { COERCION_LAW, NORMATIVE_37 } from '../sources.ts';
import { entry, powerRule } from './power.ts';

export const coercion = powerRule({
  ...entry(
    'LEG-POWER-COERCION',
    `${NORMATIVE_37}；${COERCION_LAW}`,
    '规范性文件设定行政强制',
    'Sets a coercive measure',
    '依照《中华人民共和国行政强制法》规定的程序强制执行',
    '逾期不改正的，由街道办事处强制拆除',
  ),
  sets: [
    /(?:予以|可以|有权|进行|实施|应当|由[^，。；]{2,20})?(?:查封|扣押|强制拆除|强行(?:拆除|拖离|清理|搬离|带离|驱离)|强制(?:拖移|驱离|带离)|强制清除|强制清理|强制搬离|强制搬迁|强制腾退|强制拖离|强制划拨|强制隔离|冻结(?:其)?(?:账户|存款|资金)|代履行)[^，。；]{0,12}/u,
    /(?:扣留|暂扣|扣走|收缴)(?:其)?(?:车辆|物品|工具|货物|设备|电动自行车|经营工具)/u,
    /(?:(?:采取)?(?:断水断电|停水停电)(?:措施)?|采取(?:停止供水|停止供电|断水|断电)(?:措施)?)/u,
  ],
  basisExcuses: true,
});
