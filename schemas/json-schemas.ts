import { z } from 'zod';
import * as api from './api.ts';
import { AuditRow, Checkpoint } from './audit.ts';
import * as backup from './backup.ts';
import { Manifest } from './bundle.ts';
import * as cli from './cli.ts';
import * as clock from './clock.ts';
import * as configuration from './configuration.ts';
import { Coverage } from './coverage.ts';
import { DeadLetter, DeadLettersAnswer, LetterParkBody, LetterReasonBody } from './dead-letters.ts';
import * as desk from './desk.ts';
import { AuditEvent, BundleEvent, ReceiptEvent, ReleaseEvent } from './events.ts';
import { BundleEvidence } from './evidence.ts';
import { CheckResult, Finding } from './finding.ts';
import { GateDecision } from './gate.ts';
import { ChannelReceipt } from './receipt.ts';
import * as reconcile from './reconcile.ts';
import { ReleaseStatus } from './release.ts';
import { CliReplayed } from './replay.ts';
import * as review from './review.ts';
import { ChangesAnswer } from './revision-change.ts';
import { RuleList, RuleSetListing } from './rules.ts';
import { SealedContent } from './seal.ts';

/** All that somebody outside may write or read, by the name of its file in docs/schemas. */
export const published: Record<string, z.ZodType> = {
  manifest: Manifest,
  'sealed-content': SealedContent,
  finding: Finding,
  'check-result': CheckResult,
  'gate-decision': GateDecision,
  'channel-receipt': ChannelReceipt,
  'event-bundle': BundleEvent,
  'event-release': ReleaseEvent,
  'event-receipt': ReceiptEvent,
  'event-audit': AuditEvent,
  'audit-row': AuditRow,
  'audit-checkpoint': Checkpoint,
  'api-submit-query': api.SubmitQuery,
  'api-submit-answer': api.SubmitAnswer,
  'api-sign-body': api.SignBody,
  'api-return-body': api.ReturnBody,
  'api-arm-body': api.ArmBody,
  'api-reason-body': api.ReasonBody,
  'api-resume-body': api.ResumeBody,
  'api-bundles-answer': api.BundlesAnswer,
  'api-receipts-answer': api.ReceiptsAnswer,
  'api-audit-query': api.AuditQuery,
  'api-audit-answer': api.AuditAnswer,
  'api-bundle-evidence': BundleEvidence,
  'api-coverage': Coverage,
  'api-changes': ChangesAnswer,
  'api-reconcile-body': reconcile.ReconcileBody,
  'api-reconcile-started': reconcile.ReconcileStarted,
  'api-reconcile-answer': reconcile.ReconcileAnswer,
  'cli-reconciled': reconcile.CliReconciled,
  'api-dead-letters-answer': DeadLettersAnswer,
  'api-dead-letter': DeadLetter,
  'api-letter-reason-body': LetterReasonBody,
  'api-letter-park-body': LetterParkBody,
  'api-error-answer': api.ErrorAnswer,
  'api-release-status': ReleaseStatus,
  'api-findings-answer': review.FindingsAnswer,
  'api-override-body': review.OverrideBody,
  'api-delegate-body': review.DelegateBody,
  'api-delegations-answer': review.DelegationsAnswer,
  'api-inbox-answer': desk.InboxAnswer,
  'api-emergencies-answer': desk.EmergenciesAnswer,
  'api-report-body': desk.ReportBody,
  'api-access-answer': desk.AccessAnswer,
  'api-group-body': desk.GroupBody,
  'api-group-answer': desk.GroupAnswer,
  'api-settle-body': desk.SettleBody,
  'cli-clock': clock.CliClock,
  'cli-clocks': clock.CliClocks,
  'config-clocks': clock.ClocksFile,
  'cli-submitted': cli.CliSubmitted,
  'cli-refusal': cli.CliRefusal,
  'cli-demo-result': cli.DemoResult,
  'cli-replayed': CliReplayed,
  'cli-rules': RuleSetListing,
  'cli-audit-exported': cli.CliAuditExported,
  'cli-audit-verified': cli.CliAuditVerified,
  'backup-manifest': backup.BackupManifest,
  'cli-backup': backup.CliBackup,
  'cli-restore': backup.CliRestore,
  'cli-restore-drill': backup.CliRestoreDrill,
  'config-gates': configuration.GatesFile,
  'config-channels': configuration.ChannelsFile,
  'config-people': configuration.PeopleFile,
  'config-calendar': configuration.CalendarFile,
  'config-rule-list': RuleList,
};

/** The shape as it is written (before defaults and conversions), JSON Schema 2020-12. */
export const jsonSchemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });

/** docs/schemas/<name>.json, as text by file name. */
export function jsonSchemaFiles(): Map<string, string> {
  return new Map(
    Object.entries(published).map(([name, schema]) => {
      const { $schema, ...rest } = jsonSchemaOf(schema);
      const document = { $schema, $id: `urn:lockstep:schema:${name}`, title: name, ...rest };
      return [`${name}.json`, `${JSON.stringify(document, null, 2)}\n`];
    }),
  );
}
