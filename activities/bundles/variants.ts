import type { Manifest, Variants } from '../../schemas/bundle.ts';

const titleLimit = 32; // WeChat draft/add: title of at most 32 characters
const digestLimit = 128;

/** Cuts to `limit` characters (not UTF-16 units), and says that it did. */
const shorten = (text: string, limit: number) => {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
};

/** 23 of 60 real titles exceed WeChat's limit, most by the name of the issuing office or “关于印发…的通知”. */
function proposeShortTitle({ title, issuingBody }: Pick<Manifest, 'title' | 'issuingBody'>): string {
  if ([...title].length <= titleLimit) return title;
  const printed = /^.*关于(?:印发|公布|发布)[《“]?(.+?)[》”]?的(?:通知|通告|公告)$/u.exec(title)?.[1];
  const bare = (printed ?? title).replace(issuingBody, '').replace(/^关于/u, '');
  return shorten(bare, titleLimit);
}

/** 渠道版本 of a bundle: as submitted, and where absent as proposed here. The gates sign the result. */
export function completeVariants(manifest: Manifest): Variants {
  const submitted = manifest.variants?.wechat ?? {};
  const number = manifest.documentNumber ? `（${manifest.documentNumber}）` : '';
  return {
    wechat: {
      ...submitted,
      shortTitle: submitted.shortTitle ?? proposeShortTitle(manifest),
      digest:
        submitted.digest ??
        shorten(`${manifest.issuingBody}发布《${manifest.title}》${number}，同步发布政策解读。`, digestLimit),
    },
  };
}
