import { taskQueues } from '../../infra/temporal/client.ts';
import type { ItemRole } from '../../schemas/bundle.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { assertMayAct } from '../../services/api/acts.ts';
import { comesNotBack } from '../../services/api/refusal.ts';
import { submissionOf } from '../../services/api/submission-of.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Draft, draftOf, type Manuscript, possibleFindings } from './content.ts';
import type { Office, OfficeBundle } from './office.ts';
import { officeFile } from './office-file.ts';

export const lateWindowMs = 30 * 60_000;
const items: ItemRole[] = ['policy-document', 'interpretation-plan', 'interpretation-material'];

/** Those who write, and hand in what they wrote: a new version leaves some of the parts as they were. */
export function createDrafters({ world, random, statusOf }: Office) {
  const manuscripts = new Map<Draft, Manuscript>();

  function write({ bundleId, drafts, channels, policy, act, dates }: OfficeBundle): Draft {
    const before = drafts.at(-1);
    if (before && random.chance(0.05)) return before; // the same once more
    const version = drafts.length + 1;
    const old = before && manuscripts.get(before);
    const since = Object.fromEntries(
      items.map((item) => [item, old && random.chance(0.6) ? (old.since[item] ?? old.version) : version]),
    );
    const { passable, fatal, warning } = possibleFindings;
    const found = [
      ...(random.chance(0.15) ? [passable] : []),
      ...(random.chance(0.04) ? [fatal] : []),
      ...(random.chance(0.2) ? [warning] : []),
    ];
    const findings = old && random.chance(0.6) ? old.findings : found;
    const names = channels.map(({ channel }) => channel);
    const manuscript = { bundleId, version, since, channels: names, policy, act, dates, findings };
    const draft = draftOf(manuscript);
    manuscripts.set(draft, manuscript);
    drafts.push(draft);
    return draft;
  }

  return async function submit(bundle: OfficeBundle): Promise<void> {
    const { bundleId } = bundle;
    const { store } = world.core;
    const draft = write(bundle);
    const drafterId = random.pick(['drafter', 'drafter', 'drafter', 'second-drafter']);
    try {
      const last = await store.lastState(bundleId);
      if (last === 'withdrawn') throw comesNotBack;
      await assertMayAct(store, draft.content.manifest, draft.content.channels);
      const revision = await store.addRevision({ ...draft, drafterId });
      const editors = await store.editors({ bundleId, revision });
      const submission = submissionOf({ ...draft, drafterId, revision }, editors, officeFile);
      const first = { workflow: 'policyRelease', queue: taskQueues.core, input: { bundleId, lateWindowMs } };
      const isNew = last === null;
      await world.temporal.act(
        messages.policyReleaseId(bundleId),
        messages.submit,
        submission,
        isNew ? first : undefined,
      );
      world.told(`person: submit ${bundleId.slice(0, 8)} version ${bundle.drafts.length} as revision ${revision}`);
    } catch (error) {
      const why = permanentCause(error)?.type ?? error;
      world.told(`person: submit ${bundleId.slice(0, 8)} (${statusOf(bundle)?.state ?? 'new'}): ${why}`);
    }
  };
}
