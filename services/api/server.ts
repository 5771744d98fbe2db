import fastify from 'fastify';
import type { Intake } from '../../activities/bundles/intake.ts';
import type { AccessStore } from '../../activities/ports/access-store.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { ChangeStore } from '../../activities/ports/change-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DelegationStore } from '../../activities/ports/delegation-store.ts';
import type { DeskStore } from '../../activities/ports/desk-store.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Person } from '../../schemas/configuration.ts';
import { serveActs } from './acts.ts';
import { serveAudit } from './audit.ts';
import { serveBundles } from './bundles.ts';
import { serveChanges } from './changes.ts';
import { serveChannels } from './channels.ts';
import { type DeadLetterDeps, serveDeadLetters } from './dead-letters.ts';
import { serveDelegations } from './delegations.ts';
import { serveEmergencies } from './emergencies.ts';
import { answerErrors } from './errors.ts';
import { serveFindings } from './findings.ts';
import { serveGates } from './gates.ts';
import { serveGroups } from './groups.ts';
import { serveInbox } from './inbox.ts';
import { serveLeaders } from './leaders.ts';
import { createReads, serveAccess } from './reads.ts';
import type { Reconciler } from './reconcile/reconciler.ts';
import { serveReconcile } from './reconcile/routes.ts';
import type { Releases } from './releases.ts';
import { createSignInCheck } from './sign-in.ts';
import type { createSubmissions } from './submissions.ts';
import { createTelling, type TimeTables } from './telling.ts';

const uploadLimit = 100 * 1024 * 1024;

export type ApiDeps = {
  releases: Releases;
  store: CoreStore;
  desk: DeskStore;
  delegations: DelegationStore;
  access: AccessStore;
  changes: ChangeStore;
  reconciler: Reconciler;
  audit: AuditStore;
  deadLetters: DeadLetterDeps;
  submissions: ReturnType<typeof createSubmissions>;
  /** Reads an uploaded zip; hostile until proven otherwise. */
  readZip: (bytes: Uint8Array) => Promise<Intake>;
  signIn: (token: string) => Person | undefined;
  people: readonly Person[];
  times: TimeTables;
  isDependencyDown: (error: unknown) => boolean;
  log: Logger;
};

/** The core's API, for the CLI and the console. Everything that comes in passes a schema in the file of its route. */
export function createApi(deps: ApiDeps) {
  const { store, audit, access, isDependencyDown, log } = deps;
  const api = fastify({ bodyLimit: uploadLimit });
  api.addContentTypeParser('application/zip', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const { personOf, signedInAs } = createSignInCheck(deps.signIn);
  answerErrors(api, { audit, signedInAs, isDependencyDown, log });
  const context = { ...deps, personOf, tell: createTelling(deps), recordRead: createReads(access) };

  api.get('/readyz', async () => ({ now: await store.now() }));
  api.get('/v1/me', async (request) => personOf(request));
  serveBundles(api, context);
  serveFindings(api, context);
  serveGates(api, context);
  serveDelegations(api, context);
  serveLeaders(api, context);
  serveGroups(api, context);
  serveChannels(api, context);
  serveEmergencies(api, context);
  serveInbox(api, context);
  serveChanges(api, context);
  serveActs(api, context);
  serveReconcile(api, context);
  serveDeadLetters(api, { ...deps.deadLetters, personOf });
  serveAudit(api, context);
  serveAccess(api, context);
  return api;
}
