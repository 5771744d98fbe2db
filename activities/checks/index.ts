import { bundleParts } from './intake/bundle-parts.ts';
import { businessSupport } from './intake/business-support.ts';
import { interpretationElements } from './intake/interpretation-elements.ts';
import { planFields } from './intake/plan-fields.ts';
import { citations } from './legal/citations.ts';
import { disclosureAttribute } from './legal/disclosure-attribute.ts';
import { dossier } from './legal/dossier.ts';
import { powers } from './legal/powers.ts';
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

/** All rules, gate by gate. Adding one is one file, its examples, and one line here. */
export const RULES: readonly Rule[] = [
  // 收件
  bundleParts,
  planFields,
  interpretationElements,
  businessSupport,
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
  powers,
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
];
