import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import type { Rasterise } from '../../activities/documents/display.ts';

const FONTS = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans-sc/${file}`)),
);

/** Wide enough for a phone at twice its resolution and for a page; larger drawings keep their size up to the limit. */
const WIDTH = 1200;
const MAX_HEIGHT = 20_000;

/** Draws with the fonts of this project only, so that every machine draws the same bytes. Loads nothing. */
export const rasterise: Rasterise = async (svg) => {
  const resvg = new Resvg(Buffer.from(svg), {
    font: {
      fontFiles: FONTS,
      loadSystemFonts: false,
      defaultFontFamily: 'Noto Sans SC',
      sansSerifFamily: 'Noto Sans SC',
      serifFamily: 'Noto Sans SC',
    },
    background: '#ffffff',
    fitTo: { mode: 'width', value: WIDTH },
    logLevel: 'off',
  });
  if ((resvg.height / resvg.width) * WIDTH > MAX_HEIGHT) throw new RangeError('The drawing is too tall');
  return resvg.render().asPng();
};
