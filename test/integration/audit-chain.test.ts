import { randomBytes, randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyChain } from '../../activities/audit/chain.ts';
import { vouch } from '../../activities/audit/evidence.ts';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import type { Sealed } from '../../activities/releases/types.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { AuditKind, type AuditRow } from '../../schemas/audit.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { isPermanent } from '../../schemas/failures.ts';
import type { Finding } from '../../schemas/finding.ts';
import { GroupId, ReleaseId } from '../../schemas/release.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';
import { digest, fourGates, manifestOf, newBundleId, receipt } from '../support/release-fixture.ts';

const role = `test_app_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
/** The administrator of the server: what only an attacker would be. */
let owner: Kysely<CoreTables>;
/** As our processes work: with a role that owns the database and nothing else. */
let app: Kysely<CoreTables>;
let store: CoreStore;
let audit: AuditStore;
beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  owner = openDatabase<CoreTables>(database.url, { max: 2 });
  await sql`create role ${sql.id(role)} login password 'only-for-this-test'`.execute(owner);
  await sql`alter database ${sql.id(url.pathname.slice(1))} owner to ${sql.id(role)}`.execute(owner);
  Object.assign(url, { username: role, password: 'only-for-this-test' });
  app = openDatabase<CoreTables>(url.toString(), { max: 60 });
  await migrate(app, coreMigrations);
  store = createCoreStore(app);
  audit = createAuditStore(app);
});
afterAll(async () => {
  await app.destroy();
  await sql`drop owned by ${sql.id(role)} cascade`.execute(owner);
  await owner.destroy();
  await database.drop();
  const server = openDatabase(new URL('/postgres', database.url).toString(), { max: 1 });
  await sql`drop role ${sql.id(role)}`.execute(server);
  await server.destroy();
});

const chain = async (): Promise<AuditRow[]> => audit.rows({ after: 0, limit: 100_000 });
const kindsSince = async (seq: number) => (await audit.rows({ after: seq, limit: 1_000 })).map(({ kind }) => kind);
const size = async () => (await audit.head())?.size ?? 0;

/** A finding quotes what it is about. */
const found = (title: string): Finding => ({
  ...{ code: 'WRD-TITLE', gate: 'wording', severity: 'warning', item: 'policy-document', source: '“来源”\\第1条' },
  location: { where: 'title', paragraph: 0, start: 0, end: title.length, quote: title },
  message: { zh: `标题“${title}”过长\n\u2028😀`, en: 'The title is long' },
});

async function revisionOf(bundleId: BundleId): Promise<Sealed> {
  const manifest = manifestOf(bundleId);
  const content = sealedContent({ manifest, parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' });
  const frozen = {
    bundleId,
    seal: sealOf(content),
    content,
    gates: fourGates,
    findings: [found(manifest.title)],
    obligations: { errors: [], warnings: [] },
    gateInputs: gateInputs(content, fourGates, []),
    drafterId: 'drafter',
  };
  return { bundleId, seal: frozen.seal, revision: await store.addRevision(frozen) };
}
const signed = ({ seal }: Sealed, gate: string, reviewerId = `reviewer-${gate}`) =>
  ({ decision: 'signed', gate, seal, reviewerId }) as const;

/** A whole life, every step told twice as a retry would. Its texts hold the title, to see that none comes out. */
async function wholeLife() {
  const bundleId = newBundleId();
  const { title, documentNumber } = manifestOf(bundleId);
  const text = `关于${title}（${documentNumber}）的意见`;
  const sealed = await revisionOf(bundleId);
  await revisionOf(bundleId);
  const releaseId = ReleaseId.parse(randomUUID());
  const plan = {
    t0: new Date(Date.now() - 1_000).toISOString(),
    policy: 'publish-rest',
    armedBy: 'leader',
    groupId: null,
  } as const;
  const channels = [
    {
      channel: 'website' as const,
      objects: [{ path: 'a.html', mediaType: 'text/html', sha256: digest('a'), bytes: 1, ciphertext: null }],
    },
  ];
  const eventId = randomUUID();
  const live = { ...receipt(bundleId, releaseId, 'website', 'live'), detail: { zh: text, en: text } };
  for (const _ of ['once', 'again']) {
    for (const { id } of fourGates) await store.addDecision(sealed, { ...signed(sealed, id), opinion: text });
    await store.addTransition({ ...sealed, transition: 0, state: 'held', actorId: 'leader', detail: text });
    await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels });
    await store.savePlan(sealed, plan);
  }
  await store.savePlan(sealed, null);
  await store.savePlan(sealed, null);
  await store.savePlan(sealed, plan);
  for (const _ of ['once', 'again']) {
    await store.commit(sealed, releaseId);
    await store.addReceipt(eventId, live);
  }
  return { bundleId, releaseId, title, documentNumber: documentNumber ?? '', sealed, text };
}

/** What the release engine keeps beside the straight road, every step twice, with the title in every text. */
async function engine({ bundleId, releaseId, sealed, text }: Omit<Life, 'title' | 'documentNumber'>) {
  const override = { finding: 'LAW-BASIS.00000001', gate: 'legal', reason: text };
  const delegationId = randomUUID();
  const noticeId = randomUUID();
  const groupId = GroupId.parse(randomUUID());
  const inspectionId = randomUUID();
  const at = new Date().toISOString();
  const detail = JSON.stringify({ zh: text, en: text });
  for (const _ of ['once', 'again']) {
    await store.addOverride(sealed, { ...override, step: 'requested', personId: 'first' });
    await store.addOverride(sealed, { ...override, step: 'confirmed', personId: 'second' });
    await store.addEmergency(sealed, { reason: text, declaredBy: 'leader' });
    await sql`insert into emergency_report (bundle_id, text, reported_by) values (${bundleId}, ${text}, 'drafter')
      on conflict do nothing`.execute(app);
    await sql`insert into delegation (delegation_id, gate, from_person, to_person, starts_at, ends_at, reason, recorded_by)
      values (${delegationId}, 'legal', 'chief', 'deputy', ${at}, ${at}::timestamptz + interval '1 day', ${text}, 'chief')
      on conflict do nothing`.execute(app);
    await sql`insert into delegation_revocation (delegation_id, reason, revoked_by) values (${delegationId}, ${text}, 'chief')
      on conflict do nothing`.execute(app);
    await store.addNotice(noticeId, sealed, {
      ...{ kind: 'release-held', gate: null, after: 3 },
      detail: { zh: text, en: text },
    });
    await store.formGroup(groupId, [bundleId], 'leader');
    const amendment = { act: 'amend', on: '2026-12-01', byBundleId: bundleId, byReleaseId: releaseId } as const;
    await store.addAmendment(sealed, releaseId, amendment);
    await store.addValidity(sealed, releaseId, 'in-force', '2026-11-24');
    await sql`insert into inspection (inspection_id, release_id, bundle_id, channel, state, at, digests, detail)
      values (${inspectionId}, ${releaseId}, ${bundleId}, 'website', 'public', ${at}, '[]', ${detail}::jsonb)
      on conflict do nothing`.execute(app);
    await sql`insert into access (bundle_id, revision, person_id, day, what)
      values (${bundleId}, ${sealed.revision}, 'auditor', '2026-11-24', 'evidence') on conflict do nothing`.execute(
      app,
    );
  }
}
type Life = Awaited<ReturnType<typeof wholeLife>>;

describe('every change of state', () => {
  test('has exactly one row, however often it is repeated', async () => {
    const before = await size();
    const { bundleId } = await wholeLife();
    const rows = await audit.rows({ after: before, limit: 1_000 });
    expect(rows.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'revision.stored drafter',
      ...fourGates.map(({ id }) => `decision.recorded reviewer-${id}`),
      'transition.recorded leader',
      'staging.stored system',
      'plan.saved leader',
      'plan.withdrawn system',
      'plan.saved leader',
      'release.committed system',
      'receipt.received channel:website',
    ]);
    expect(new Set(rows.map((row) => row.bundleId))).toEqual(new Set([bundleId]));
  });

  test('of the release engine has its row too, and every kind is written by something', async () => {
    const { bundleId, releaseId, sealed, text } = await wholeLife();
    const before = await size();
    await engine({ bundleId, releaseId, sealed, text });
    const rows = await audit.rows({ after: before, limit: 1_000 });
    expect(rows.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'override.recorded first',
      'override.recorded second',
      'emergency.declared leader',
      'emergency.reported drafter',
      'delegation.recorded chief',
      'delegation.revoked chief',
      'notice.issued system',
      'group.formed leader',
      'amendment.recorded system',
      'validity.changed system',
      'inspection.recorded system',
      'bundle.read auditor',
    ]);
    const kinds = new Set<string>((await chain()).map(({ kind }) => kind));
    // Written where they belong: refusals below, the others with changes of a revision, restores and dead letters.
    const elsewhere = [
      'command.refused',
      'change.recorded',
      'restore.marked',
      'restore.cleared',
      'dead-letter.decided',
    ];
    expect(AuditKind.options.filter((kind) => !kinds.has(kind) && !elsewhere.includes(kind))).toEqual([]);
    expect(verifyChain(await chain())).toMatchObject({ ok: true });
  });

  test('has a trigger at its table; the tables without one follow from rows that have one', async () => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        and not exists (select from pg_trigger where tgrelid = pg_class.oid and tgname like 'audit\\_%')
      order by relname collate "C"`.execute(app);
    expect(rows.map(({ name }) => name).filter((name) => !name.startsWith('kysely_'))).toEqual([
      'bundle', // its first revision
      'decision_person', // by the trigger of decision
      'gate_input', // said with the revision
      'inbox', // event ids that were handled
    ]);
  });

  test('that was rolled back has none, and leaves no gap', async () => {
    const sealed = await revisionOf(newBundleId());
    const before = await size();
    await expect(store.addDecision(sealed, signed(sealed, 'legal', 'drafter'))).rejects.toSatisfy((error) =>
      isPermanent(error, 'NotAllowed'),
    );
    const given = app.transaction().execute(async (tx) => {
      await createCoreStore(tx).addTransition({ ...sealed, transition: 7, state: 'held', actorId: 'a', detail: null });
      throw new Error('the power went');
    });
    await expect(given).rejects.toThrow('the power went');
    expect(await size()).toBe(before);
    await store.addDecision(sealed, signed(sealed, 'legal'));
    expect(await kindsSince(before)).toEqual(['decision.recorded']);
  });

  test('made by direct SQL, past every program of ours, has its row too', async () => {
    const { bundleId, revision, seal } = await revisionOf(newBundleId());
    const before = await size();
    await sql`insert into decision (bundle_id, revision, seal, gate, decision, reviewer_id, drafter_id, input_sha256)
      select bundle_id, revision, ${seal}, gate, 'signed', 'somebody', 'drafter', sha256
      from gate_input where bundle_id = ${bundleId} and revision = ${revision} and gate = 'legal'`.execute(owner);
    expect(await kindsSince(before)).toEqual(['decision.recorded']);
  });
});

test('50 decisions at once make a gapless chain that verifies', async () => {
  const bundles = await Promise.all(Array.from({ length: 50 }, () => revisionOf(newBundleId())));
  const before = await size();
  await Promise.all(bundles.map((sealed) => store.addDecision(sealed, signed(sealed, 'legal'))));
  expect(await kindsSince(before)).toEqual(Array.from({ length: 50 }, () => 'decision.recorded'));
  const rows = await chain();
  expect(verifyChain(rows)).toMatchObject({ ok: true, size: rows.length });
});

test('no row holds the title, the number or a reason of a bundle', async () => {
  const life = await wholeLife();
  await engine(life);
  const { bundleId, title, documentNumber } = life;
  const { issuingBody, draftingUnit } = manifestOf(bundleId);
  const rows = await audit.rows({ after: 0, limit: 100_000 });
  expect(rows.filter((row) => row.bundleId === bundleId).length).toBeGreaterThan(20);
  for (const secret of [title, documentNumber, issuingBody, draftingUnit, '意见'])
    expect(JSON.stringify(rows)).not.toContain(secret);
  // Nothing but ids, digests, instants and words of our own: all of it is ASCII.
  expect(JSON.stringify(rows)).toMatch(/^[\x20-\x7e]*$/);
});

describe('nobody changes a row', () => {
  test.each([
    ['update', sql`update audit set actor = 'nobody'`],
    ['delete', sql`delete from audit`],
    ['truncate', sql`truncate audit`],
  ])('%s is refused to the role of the application, and to the administrator', async (_verb, statement) => {
    await revisionOf(newBundleId());
    await expect(statement.execute(app)).rejects.toThrow('permission denied');
    await expect(statement.execute(owner)).rejects.toThrow('append-only');
  });

  test('an administrator who takes the guard away is found out by the hashes', async () => {
    await wholeLife();
    const rows = await chain();
    const victim = rows.find(({ kind }) => kind === 'decision.recorded')?.seq ?? 0;
    const forged = owner.transaction().execute(async (tx) => {
      await sql`alter table audit disable trigger audit_is_append_only`.execute(tx);
      await sql`update audit set payload = payload || '{"decision": "returned"}' where seq = ${victim}`.execute(tx);
      const { rows: changed } = await sql<{ n: number }>`select count(*) as n from audit`.execute(tx);
      expect(changed[0]?.n).toBe(rows.length);
      expect(verifyChain(await createAuditStore(tx).rows({ after: 0, limit: 100_000 }))).toMatchObject({
        ok: false,
        firstBad: victim,
      });
      throw new Error('undo');
    });
    await expect(forged).rejects.toThrow('undo');
    expect(verifyChain(await chain())).toMatchObject({ ok: true });
  });
});

describe('the rows behind the chain', () => {
  test('are each vouched for by the row that was written with them', async () => {
    const life = await wholeLife();
    await engine(life);
    const evidence = await audit.evidence(life.bundleId);
    if (!evidence) throw new Error('not reached');
    const vouched = vouch(evidence, await chain());
    const all = Object.values(vouched).flat();
    // At least a revision, four decisions, a transition, a release, a receipt; two overrides, an emergency with its report,
    // a notice, a group, an act, a validity, an inspection, a reader.
    expect(all.length).toBeGreaterThanOrEqual(18);
    expect(all.filter(({ seq }) => seq === null)).toEqual([]);
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(all.length);
  });

  test('that somebody changed, or slipped in past the triggers, have nobody to vouch for them', async () => {
    const { bundleId } = await wholeLife();
    await sql`update decision set reason = 'another' where bundle_id = ${bundleId} and gate = 'legal'`.execute(owner);
    await sql`update decision set acting_for = 'chief' where bundle_id = ${bundleId} and gate = 'wording'`.execute(
      owner,
    );
    await owner.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx); // as a restore would
      await sql`insert into transition select bundle_id, 99, revision, seal, 'released', 'nobody', null
        from transition where bundle_id = ${bundleId}`.execute(tx);
    });
    const evidence = await audit.evidence(bundleId);
    if (!evidence) throw new Error('not reached');
    const { decisions, transitions } = vouch(evidence, await chain());
    expect(decisions.filter(({ seq }) => seq === null).map(({ gate }) => gate)).toEqual(['legal', 'wording']);
    expect(transitions.filter(({ seq }) => seq === null).map(({ transition }) => transition)).toEqual([99]);
  });

  test('of a bundle that nobody submitted are none', async () => {
    expect(await audit.evidence(newBundleId())).toBeNull();
  });
});

test('the database writes the very JSON that RFC 8785 asks for', async () => {
  const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,8}$/);
  const text = fc.string({ unit: 'binary' }).map((given) => given.replaceAll('\0', '').toWellFormed());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      text,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const { rows } = await sql<{ text: string }>`
        select canonical_json(${JSON.stringify(given)}::jsonb) as text`.execute(app);
      expect(rows[0]?.text).toBe(canonicalize(given));
    }),
    { numRuns: 200 },
  );
});

test('a refused command is recorded with who, what and why', async () => {
  const bundleId = newBundleId();
  const message = { sha256: digest('一人至多审签一关'), length: 8 };
  const what = { command: 'POST /v1/x', type: 'NotAllowed', gate: 'legal', seal: null, bodySha256: null, codes: [] };
  await audit.recordRefusal({ actorId: 'reviewer-legal', bundleId, ...what, message });
  const [row] = await audit.rows({ after: 0, limit: 10, bundleId });
  expect(row).toMatchObject({ kind: 'command.refused', actor: 'reviewer-legal', payload: { ...what, message } });
  expect(verifyChain(await chain())).toMatchObject({ ok: true });
});
