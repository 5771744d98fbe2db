import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { isTemporalAway } from '../../infra/temporal/client.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { comesNotBack, notRunning, Refusal } from './refusal.ts';

/** A person waits for the answer, but not for ever: a worker that is away is said to be away. */
const deadlineMs = 20_000;

/**
 * The bundles that run, as the API sees them: Updates for people's acts, a Query for reading. `lateWindowMs` 迟发窗口 is frozen
 * into each bundle at its first submission.
 */
export function createReleases(client: Client, taskQueue: string, lateWindowMs: number) {
  const handleOf = (bundleId: BundleId): WorkflowHandle =>
    client.workflow.getHandle(messages.policyReleaseId(bundleId));

  async function ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await client.connection.withDeadline(Date.now() + deadlineMs, call);
    } catch (error) {
      throw refusalOf(error);
    }
  }
  async function act<A>(
    bundleId: BundleId,
    update: UpdateDefinition<BoardStatus, [A]>,
    argument: A,
  ): Promise<BoardStatus> {
    const handle = handleOf(bundleId);
    try {
      return await ask(() => handle.executeUpdate<BoardStatus, [A]>(update, { args: [argument] }));
    } catch (error) {
      // A workflow that has ended takes no Update, and Temporal says no more of it than of one that never was.
      const unknown = error instanceof Refusal && error.answer.error.type === 'NotFound';
      const known = unknown && (await handle.describe().catch(() => null));
      throw known ? hasEnded : error;
    }
  }

  return {
    /**
     * Hands a revision to the bundle's workflow. Only for a bundle that `isNew` one is started: what became of any other is
     * in its rows. A repeat is answered once.
     */
    async submit(bundleId: BundleId, submission: messages.Submission, isNew: boolean): Promise<BoardStatus> {
      const update = { args: [submission] as [messages.Submission], updateId: `submit-${submission.revision}` };
      if (!isNew) return ask(() => handleOf(bundleId).executeUpdate(messages.submit, update)).catch(asNotRunning);
      return ask(() =>
        client.workflow.executeUpdateWithStart(messages.submit, {
          ...update,
          startWorkflowOperation: new WithStartWorkflowOperation('policyRelease', {
            workflowId: messages.policyReleaseId(bundleId),
            taskQueue,
            args: [{ bundleId, lateWindowMs } satisfies messages.PolicyReleaseInput],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'REJECT_DUPLICATE', // a withdrawn bundle does not come back under its old id
          }),
        }),
      );
    },
    /** The bundle's board where a workflow carries it now; null where none does (any more). */
    async running(bundleId: BundleId): Promise<BoardStatus | null> {
      const handle = handleOf(bundleId);
      try {
        const { status } = await ask(() => handle.describe());
        return status.name === 'RUNNING' ? await ask(() => handle.query(messages.readStatus)) : null;
      } catch (error) {
        if (error instanceof Refusal && error.answer.error.type === 'NotFound') return null;
        throw error;
      }
    },
    /** Ends the bundle's workflow, if there is one: the rows win. */
    end: (bundleId: BundleId): Promise<unknown> =>
      ask(() => handleOf(bundleId).terminate('rebuilt from the rows by reconcile')).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.answer.error.type !== 'NotFound') throw error;
      }),
    /** Lets a new workflow go on from what the rows say. */
    async rebuild(bundleId: BundleId, restored: messages.Restored): Promise<void> {
      await ask(() =>
        client.workflow.start('policyRelease', {
          workflowId: messages.policyReleaseId(bundleId),
          taskQueue,
          args: [{ bundleId, lateWindowMs, restored } satisfies messages.PolicyReleaseInput],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      );
    },
    /** A receipt whose row is there already: a repeat changes nothing. */
    report: (bundleId: BundleId, receipt: ChannelReceipt): Promise<void> =>
      ask(() => handleOf(bundleId).signal(messages.reportReceipt, receipt)),
    status: (bundleId: BundleId): Promise<BoardStatus> => ask(() => handleOf(bundleId).query(messages.readStatus)),
    decide: (bundleId: BundleId, decision: GateDecision) =>
      act(bundleId, decision.decision === 'signed' ? messages.signGate : messages.returnGate, decision),
    arm: (bundleId: BundleId, arming: messages.Arming) => act(bundleId, messages.arm, arming),
    hold: (bundleId: BundleId, intervention: messages.Intervention) => act(bundleId, messages.hold, intervention),
    resume: (bundleId: BundleId, resumption: messages.Resumption) => act(bundleId, messages.resume, resumption),
    withdraw: (bundleId: BundleId, intervention: messages.Intervention) =>
      act(bundleId, messages.withdraw, intervention),
    compensate: (bundleId: BundleId, intervention: messages.Intervention) =>
      act(bundleId, messages.compensate, intervention),
    declareEmergency: (bundleId: BundleId, intervention: messages.Intervention) =>
      act(bundleId, messages.declareEmergency, intervention),
    requestOverride: (bundleId: BundleId, overriding: messages.Overriding) =>
      act(bundleId, messages.requestOverride, overriding),
    confirmOverride: (bundleId: BundleId, overriding: messages.Overriding) =>
      act(bundleId, messages.confirmOverride, overriding),
    retryChannel: (bundleId: BundleId, retry: messages.Retry) => act(bundleId, messages.retryChannel, retry),
    settleChannel: (bundleId: BundleId, settlement: messages.Settlement) =>
      act(bundleId, messages.settleChannel, settlement),
  };
}
export type Releases = ReturnType<typeof createReleases>;

const hasEnded = new Refusal('WrongPhase', {
  zh: '这个政策包已经撤回，不能再办理',
  en: 'This bundle has been withdrawn; nothing more can be done with it',
});

function asNotRunning(error: unknown): never {
  throw error instanceof Refusal && error.answer.error.type === 'NotFound' ? notRunning : error;
}

function refusalOf(error: unknown): unknown {
  const cause = permanentCause(error);
  if (cause) return new Refusal(cause.type, cause.message, { ...(cause.mend && { mend: cause.mend }) });
  if (error instanceof WorkflowExecutionAlreadyStartedError) return comesNotBack;
  if (error instanceof WorkflowNotFoundError) {
    return new Refusal('NotFound', {
      zh: '没有这个政策包',
      en: 'There is no such bundle',
    });
  }
  const timedOut = error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
  if (timedOut || isTemporalAway(error)) {
    return new Refusal(
      'DependencyDown',
      {
        zh: '工作流服务暂时没有应答，这一步可能已经生效',
        en: 'The workflow service does not answer; the step may have taken effect',
      },
      {
        mend: { zh: '查看状态后再试，重复操作是安全的', en: 'Look at the status and try again; a repeat is harmless' },
      },
    );
  }
  return error;
}
