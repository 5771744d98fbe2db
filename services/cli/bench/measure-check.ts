import { readBundle } from '../../../activities/bundles/intake.ts';
import type { BundleSource } from '../../../activities/bundles/source.ts';
import { checkBundle } from '../../../activities/checks/check-bundle.ts';
import { RULES } from '../../../activities/checks/index.ts';
import type { DocumentModel } from '../../../activities/documents/model.ts';
import { PAGE_CHARACTERS } from '../../../infra/bench/long-bundle.ts';
import { childPeakBytes } from '../../../infra/bench/machine.ts';
import { createDocumentReader } from '../../../infra/documents/reader.ts';
import type { CheckBenchRun } from '../../../schemas/bench.ts';
import type { RuleData } from '../../../schemas/rules.ts';

export type BenchedBundle = { name: string; source: BundleSource };
type Timed = { totalMs: number; readingMs: number };
type Series = BenchedBundle & { first: Timed; times: Timed[]; characters: number; findings: number };

/**
 * Checks each bundle once cold, then `repeats` times warm. The bundles take turns, so that what else the machine does
 * in the meantime falls on all of them: their ratios hold where their times do not.
 */
export async function measureCheck(
  bundles: BenchedBundle[],
  repeats: number,
  data: RuleData,
  progress: (text: string) => void,
): Promise<{ runs: CheckBenchRun[]; childPeakBytes: number | null }> {
  const series: Series[] = [];
  let peak: number | null = null;
  for (const bundle of bundles) {
    progress(`${bundle.name}: 第一次 first run`);
    const reader = createDocumentReader();
    try {
      const { timed, characters, findings } = await checkOnce(bundle, reader.readDocument, data);
      series.push({ ...bundle, first: timed, times: [], characters, findings });
    } finally {
      await reader.close();
    }
  }
  const reader = createDocumentReader();
  try {
    for (const { name, source } of series) await checkOnce({ name, source }, reader.readDocument, data); // warms it
    for (let repeat = 1; repeat <= repeats; repeat += 1) {
      progress(`${repeat}/${repeats}`);
      for (const each of series) each.times.push((await checkOnce(each, reader.readDocument, data)).timed);
    }
    peak = await childPeakBytes();
  } finally {
    await reader.close();
  }
  const msPerPage = (each: Series) => median(each).totalMs / pagesOf(each);
  const [base] = series;
  const runs = series.map((each): CheckBenchRun => {
    const { totalMs, readingMs } = median(each);
    return {
      bundle: each.name,
      pages: pagesOf(each),
      findings: each.findings,
      repeats,
      firstMs: each.first.totalMs,
      medianMs: totalMs,
      fastestMs: Math.min(...each.times.map((time) => time.totalMs)),
      readingMs,
      rulesMs: totalMs - readingMs,
      rulesToReading: (totalMs - readingMs) / readingMs,
      msPerPage: msPerPage(each),
      perPageToFirst: base ? msPerPage(each) / msPerPage(base) : 1,
    };
  });
  return { runs, childPeakBytes: peak };
}

type Reader = ReturnType<typeof createDocumentReader>['readDocument'];

async function checkOnce({ source }: BenchedBundle, read: Reader, data: RuleData) {
  let readingMs = 0;
  const readDocument: Reader = async (file) => {
    const from = performance.now();
    const result = await read(file);
    readingMs += performance.now() - from;
    return result;
  };
  const from = performance.now();
  const check = await checkBundle(await readBundle(source), { readDocument, rules: RULES, data });
  const timed = { totalMs: performance.now() - from, readingMs };
  return { timed, findings: check.findings.length, characters: sum([...check.models.values()].map(lengthOf)) };
}

const lengthOf = ({ paragraphs }: DocumentModel) => sum(paragraphs.map(({ text }) => text.length));
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const pagesOf = ({ characters }: Series) => Math.max(1, Math.round(characters / PAGE_CHARACTERS));

/** The lower middle of an even number: a run that happened, not a mean of two. */
function median({ times, first }: Series): Timed {
  const sorted = [...times].sort((a, b) => a.totalMs - b.totalMs);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? first;
}
