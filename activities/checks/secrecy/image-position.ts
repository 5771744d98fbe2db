import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { PERSONAL_DATA_LAW } from './sources.ts';

const IMAGE_GPS: CodeEntry = {
  code: 'SEC-IMAGE-GPS',
  gate: 'secrecy',
  severity: 'error',
  title: { zh: '图片元数据含定位信息', en: 'A picture says where it was taken' },
  source: PERSONAL_DATA_LAW,
  good: '图片没有定位信息',
  bad: '手机拍摄的照片带有经纬度',
};

export const imagePosition: Rule = {
  codes: [IMAGE_GPS],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      model.images.flatMap((image) => {
        const name = Object.keys(image.metadata).find((key) => /gps.*latitude|^latitude$/iu.test(key)) ?? 'GPSLatitude';
        const position =
          image.gps !== null ||
          Object.keys(image.metadata).some((key) => /^gps.*(latitude|longitude|position)/iu.test(key));
        if (!position) return [];
        return [
          finding(
            IMAGE_GPS,
            item.id,
            {
              where: 'image-metadata',
              ...(image.paragraph !== null && { paragraph: image.paragraph }),
              quote: /^gps/iu.test(name) ? name : 'GPSLatitude',
            },
            {
              zh: `图片 ${image.part} 的元数据含拍摄地点的经纬度。`,
              en: `The metadata of ${image.part} holds the position where it was taken.`,
            },
            { zh: '请另存为不带位置信息的图片。', en: 'Save the picture again without its position.' },
          ),
        ];
      }),
    ),
};
