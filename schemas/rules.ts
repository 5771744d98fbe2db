import { z } from 'zod';
import { GateId, Severity } from './finding.ts';
import { Bilingual, Day } from './text.ts';

const term = z.string().trim().min(1).max(200);
/** Checked when a list is loaded, so that a rule never meets a pattern that cannot run. */
const pattern = term.refine(
  (source) => {
    try {
      return new RegExp(source, 'u') instanceof RegExp;
    } catch {
      return false;
    }
  },
  { error: 'Expected a regular expression (Unicode mode)' },
);

/** What every list says of itself: who answers for it, what it rests on, and from when until when it holds. */
const list = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({
    list: z.literal(kind),
    owner: term,
    source: z.string().trim().min(1).max(500),
    effectiveFrom: Day,
    effectiveUntil: Day.nullable(),
    ...shape,
  });

/** 错别字: `wrong` is written for `right`, except where the characters around it make other words of it. */
export const TyposList = list('typos', {
  entries: z
    .array(
      z.strictObject({
        wrong: term,
        right: term,
        /** Characters before `wrong` that show it to be part of other words (补充|份额 is not 充份). */
        notAfter: z.string().optional(),
        notBefore: z.string().optional(),
        /** A word that probably lacks a character: a reader has to look, since what was meant cannot be known. */
        probable: z.boolean().optional(),
      }),
    )
    .min(1),
});

/** 法律法规: from when each is in force, and from when it no longer is. */
export const LawsList = list('laws', {
  laws: z
    .array(
      z.strictObject({
        /** Without 中华人民共和国. */
        title: term,
        inForceFrom: Day.optional(),
        repealedOn: Day.optional(),
        replacedBy: term.optional(),
      }),
    )
    .min(1),
});

/** 机构规范名称 of one place (`place` is how the names of its issuing bodies begin), or abbreviations known anywhere (`*`). */
export const InstitutionsList = list('institutions', {
  place: term,
  institutions: z.array(z.strictObject({ name: term, nonstandard: z.array(term) })).min(1),
});

/** 领导同志名单 of one place, in order. */
export const RosterList = list('roster', {
  place: term,
  leaders: z.array(z.strictObject({ name: term, titles: z.array(term).min(1) })).min(1),
});

/** 固定表述: phrases that are written in full and in one form, and enumerations whose members and order are fixed. */
export const FormulasList = list('formulas', {
  /** `also` are other established phrases that look like a slip of this one. */
  phrases: z.array(z.strictObject({ text: term, also: z.array(term).default([]) })).min(1),
  /** `whole`: a part of it is never named alone. */
  sequences: z.array(z.strictObject({ name: term, members: z.array(term).min(3), whole: z.boolean() })),
});

/** Terms to look out for: `pattern` (regular expression over one paragraph) and what to write in its place. */
export const TermsList = list('terms', {
  code: z.enum(['POL-TERR-PARALLEL', 'POL-TAIWAN-TERM', 'POL-DISCRIM-TERM']),
  entries: z.array(z.strictObject({ pattern, instead: Bilingual })).min(1),
});

/** 既有许可: permits that laws or administrative regulations already require, which a document may name without citing. */
export const PermitsList = list('permits', { permits: z.array(term).min(1) });

export const RuleList = z.discriminatedUnion('list', [
  TyposList,
  LawsList,
  InstitutionsList,
  RosterList,
  FormulasList,
  TermsList,
  PermitsList,
]);
export type RuleList = z.infer<typeof RuleList>;

/** Everything that rules look up. Several lists of one kind stand side by side; effective dates decide per document. */
export type RuleData = {
  /** Digest of all lists: part of the rule-set version, since another word list is another check. */
  version: string;
  typos: z.infer<typeof TyposList>[];
  laws: z.infer<typeof LawsList>[];
  institutions: z.infer<typeof InstitutionsList>[];
  rosters: z.infer<typeof RosterList>[];
  formulas: z.infer<typeof FormulasList>[];
  terms: z.infer<typeof TermsList>[];
  permits: z.infer<typeof PermitsList>[];
};

/** A finding code as `lockstep rules` and docs/rules.md show it. */
export const CodeEntry = z.strictObject({
  code: z.string(),
  gate: z.union([z.literal('intake'), GateId]),
  severity: Severity,
  /** Of an error: two people with a reason each may let it pass (I23). */
  overridable: z.literal(true).optional(),
  title: Bilingual,
  source: z.string().min(1),
  good: z.string().min(1),
  bad: z.string().min(1),
});
export type CodeEntry = z.infer<typeof CodeEntry>;

/** Answer of `lockstep rules --json`. */
export const RuleSetListing = z.strictObject({ ruleSet: z.string(), codes: z.array(CodeEntry) });
export type RuleSetListing = z.infer<typeof RuleSetListing>;
