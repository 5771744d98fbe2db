import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { permanent } from '../../schemas/failures.ts';

const resolve = createRequire(import.meta.url).resolve;

let fonts: string[] | undefined;
/** Fonts from npm only: a picture is the same on every machine. */
const fontFiles = () =>
  (fonts ??= ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'].map((file) =>
    resolve(`@expo-google-fonts/noto-sans-sc/${file}`),
  ));

// resvg opens files that an SVG names. What comes from an author may refer to itself and to data inside it only.
const reference = /(?:href\s*=\s*["']|url\(\s*["']?)\s*(?!#|data:image\/(?:png|jpeg|gif);base64,)[^"')]/i;
const declaration = /<!(?:DOCTYPE|ENTITY)/i;

/**
 * SVG to PNG, at least `width` pixels wide and at most 4096 high or wide.
 * @throws `ChannelRefused` where the SVG reaches outside itself or is no SVG.
 */
export function rasterise(svg: string, width: number): Uint8Array {
  if (declaration.test(svg) || reference.test(svg)) {
    throw refused(
      '图片引用了外部内容或含有文档类型声明',
      'The picture refers to something outside itself or declares a document type',
    );
  }
  try {
    const natural = new Resvg(svg, { font: { loadSystemFonts: false } });
    const scale = Math.min(Math.max(1, width / natural.width), 4096 / natural.width, 4096 / natural.height);
    const font = { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: 'Noto Sans SC' };
    const fitTo = { mode: 'zoom', value: scale } as const;
    return new Resvg(svg, { font, fitTo, background: '#ffffff' }).render().asPng();
  } catch (error) {
    throw refused(`图片无法绘制：${String(error)}`, `The picture cannot be drawn: ${String(error)}`);
  }
}

const refused = (zh: string, en: string) => permanent('ChannelRefused', { zh, en });
