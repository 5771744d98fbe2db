import { acts } from './intake/acts.ts';
import { bundleParts } from './intake/bundle-parts.ts';
import { businessSupport } from './intake/business-support.ts';
import { confusableCharacters } from './intake/confusable-characters.ts';
import { interpretationElements } from './intake/interpretation-elements.ts';
import { pictureAlternative } from './intake/picture-alternative.ts';
import { planFields } from './intake/plan-fields.ts';
import { verbatimCopy } from './intake/verbatim-copy.ts';
import { citations } from './legal/citations.ts';
import { disclosureAttribute } from './legal/disclosure-attribute.ts';
import { dossier } from './legal/dossier.ts';
import { coercion } from './legal/powers/coercion.ts';
import { competition } from './legal/powers/competition.ts';
import { derogation } from './legal/powers/derogation.ts';
import { fee } from './legal/powers/fee.ts';
import { licence } from './legal/powers/licence.ts';
import { penalty } from './legal/powers/penalty.ts';
import { superseded } from './legal/superseded.ts';
import { validity } from './legal/validity.ts';
import { formula } from './political/formula.ts';
import { leaders } from './political/leaders.ts';
import { listedTerms } from './political/listed-terms.ts';
import { mapUse } from './political/map-use.ts';
import { organisationOrder } from './political/organisation-order.ts';
import type { Rule } from './rule.ts';
import { classificationMark } from './secrecy/classification-mark.ts';
import { disclosureConflict } from './secrecy/disclosure-conflict.ts';
import { editingTraces } from './secrecy/editing-traces.ts';
import { imagePosition } from './secrecy/image-position.ts';
import { internalMaterial } from './secrecy/internal-material.ts';
import { personalData } from './secrecy/personal-data.ts';
import { properties } from './secrecy/properties.ts';
import { annexes } from './wording/annexes.ts';
import { channelVariants } from './wording/channel-variants.ts';
import { counts } from './wording/counts.ts';
import { direction } from './wording/direction.ts';
import { documentNumber } from './wording/document-number.ts';
import { existingDates } from './wording/existing-dates.ts';
import { institutions } from './wording/institutions.ts';
import { issueDate } from './wording/issue-date.ts';
import { latinWord } from './wording/latin-word.ts';
import { manifestAgreement } from './wording/manifest-agreement.ts';
import { numberForm } from './wording/number-form.ts';
import { numbering } from './wording/numbering.ts';
import { pairs } from './wording/pairs.ts';
import { punctuationWidth } from './wording/punctuation-width.ts';
import { recipients } from './wording/recipients.ts';
import { repetition } from './wording/repetition.ts';
import { sameSource } from './wording/same-source.ts';
import { straySpace } from './wording/stray-space.ts';
import { title } from './wording/title.ts';
import { typos } from './wording/typos.ts';

/** All rules, gate by gate. Adding one is one file, its examples, and one line here. */
export const RULES: readonly Rule[] = [
  // 收件
  bundleParts,
  acts,
  planFields,
  interpretationElements,
  businessSupport,
  verbatimCopy,
  pictureAlternative,
  confusableCharacters,
  // 政治关
  formula,
  leaders,
  listedTerms,
  mapUse,
  organisationOrder,
  // 法律关
  citations,
  disclosureAttribute,
  dossier,
  coercion,
  competition,
  derogation,
  fee,
  licence,
  penalty,
  superseded,
  validity,
  // 保密关
  classificationMark,
  disclosureConflict,
  editingTraces,
  imagePosition,
  internalMaterial,
  personalData,
  properties,
  // 文字关
  annexes,
  channelVariants,
  counts,
  direction,
  documentNumber,
  existingDates,
  institutions,
  issueDate,
  latinWord,
  manifestAgreement,
  numberForm,
  numbering,
  pairs,
  punctuationWidth,
  recipients,
  repetition,
  sameSource,
  straySpace,
  title,
  typos,
];
