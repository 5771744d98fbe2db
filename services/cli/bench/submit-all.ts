import { randomUUID } from 'node:crypto';
import { inParallel } from '../../../infra/bench/in-parallel.ts';
import { type MadeBundle, makeNotice } from '../../../infra/bench/notices.ts';
import type { BundleId, Channel } from '../../../schemas/bundle.ts';
import type { Digest } from '../../../schemas/text.ts';
import { packBundle } from '../bundle-zip.ts';
import type { Cast } from '../demo/people.ts';
import { CliFailure } from '../failure.ts';

export type SubmittedBundle = { bundleId: BundleId; seal: Digest; pages: string[] };

/** As many as there are processors is enough: what a submission takes is reading the documents. */
const AT_ONCE = 4;

/** Submits `count` notices under new ids, so that a run can be repeated on the same system. */
export async function submitAll(
  { drafter }: Pick<Cast, 'drafter'>,
  { count, channels, progress }: { count: number; channels: Channel[]; progress: (done: number) => void },
): Promise<SubmittedBundle[]> {
  const serials = Array.from({ length: count }, (_, index) => index + 1);
  let done = 0;
  return inParallel(serials, AT_ONCE, async (serial) => {
    const made = await makeNotice(serial, randomUUID(), channels);
    const { bundleId, seal, findings } = await drafter.api.submit(await packBundle(made), { channels });
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw cannotBeSigned(made, errors);
    progress(++done / count);
    return { bundleId, seal, pages: publicPages(made) };
  });
}

/** Paths below the bundle's own, as a reader of the site finds them. */
const publicPages = ({ manifest: { items } }: MadeBundle): string[] =>
  items
    .filter((item) => item.public)
    .map(({ role, id }) => {
      if (role === 'policy-document') return '';
      return `${role === 'attachment' ? 'attachment' : 'interpretation'}/${id}/`;
    });

const cannotBeSigned = ({ manifest }: MadeBundle, findings: CliFailure['refusal']['findings']) =>
  new CliFailure({
    type: 'FindingsBlock',
    message: { zh: '自造的政策包有“必须改”的检查意见。', en: 'A made-up bundle has findings of severity error.' },
    where: manifest.title,
    findings,
  });
