import { guardsOf, never } from './mutation.ts';

const switches = 'infra/postgres/website/writes.ts';
const website = [
  ...guardsOf(switches, 'website tests', [
    [
      'stage: what is public, or was, stays so',
      "if (known && !['staged', 'refused', 'discarded'].includes(known.state)) {",
      never,
    ],
    [
      'stage: a tombstone gets no new try',
      "if (known.state !== 'live' || attempt <= known.attempt) return;",
      'if (attempt <= known.attempt) return;',
    ],
    ['refuse: touches nothing that is public, or was', ".where('release.state', 'in', ['staged', 'refused'])", ''],
    [
      'rolled back: withdrawn stays withdrawn',
      "if (!release || release.state === 'discarded' || release.state === 'withdrawn') return;",
      "if (!release || release.state === 'discarded') return;",
    ],
    [
      'rolled back: its text goes',
      'await deleteFiles(releaseId, tx);\n      await stopWaiting([releaseId], tx);\n      await change(releaseId, { state:',
      'await stopWaiting([releaseId], tx);\n      await change(releaseId, { state:',
    ],
    [
      'rolled back: its key goes',
      "{ state: 'discarded', key: null, discarded_at: now }",
      "{ state: 'discarded', discarded_at: now }",
    ],
    ['rolled back: no longer shown', 'await switchTo([{ bundleId: release.bundle_id, releaseId: shows }], tx);', ''],
    [
      'withdrawn: its text goes',
      'await deleteFiles(releaseId, tx);\n      await stopWaiting([releaseId], tx);\n      await change(releaseId, { ...withdrawn',
      'await stopWaiting([releaseId], tx);\n      await change(releaseId, { ...withdrawn',
    ],
    ['withdrawn: its key goes', '{ ...withdrawn, key: null }', 'withdrawn'],
    [
      'withdrawn: before it was seen',
      "return void (await tx.insertInto('release').values(unseen).execute());",
      'return;',
    ],
    [
      'withdrawn: a newer release stays',
      "if (release.state === 'live') await switchTo([{ bundleId: release.bundle_id, releaseId }], tx);",
      'await switchTo([{ bundleId: release.bundle_id, releaseId }], tx);',
    ],
  ]),
  ...guardsOf('infra/postgres/website/go-live.ts', 'website tests', [
    ['go: only what is staged', "      .where('state', '=', 'staged')\n", ''],
    [
      'go: a late one covers nothing newer',
      'return newest != null && Date.parse(newest) > Date.parse(committedAt);',
      'return false;',
    ],
    ['go: the one before is no longer live', "await change(older, { state: 'superseded' }, tx);", ''],
    ['go: a group waits for its last', '(group.every((member) => told.has(member)) ? group : [])', 'group'],
    [
      'go: of a group one is the last',
      "await tx.selectFrom('pointer_version').select('version').forUpdate().execute();",
      '',
    ],
    [
      'go: two of one bundle never at once',
      'if (new Set(releases.map(({ bundleId }) => bundleId)).size < releases.length)',
      'if (false)',
      { explained: 'the database refuses to point one bundle twice in one statement, and each is tried alone' },
    ],
  ]),
  ...guardsOf('services/website/go-together.ts', 'website tests', [
    [
      'go: what is not staged is refused',
      'for (const order of orders) if (!isStaged(order)) await site.refuse(',
      'for (const order of []) await site.refuse(',
    ],
    [
      'go: opened before the switch',
      "if ('refusal' in result) {",
      "if ('refusal' in result) { const { releaseId, committedAt, group, key } = order.data; going.push({ releaseId, bundleId: order.subject, key: Buffer.from(key, 'base64'), committedAt, catalogue: {}, group }); continue;",
    ],
    [
      'go: an order that was carried out is none',
      'orders.filter(({ id }) => ids.has(id)),',
      'orders,',
      { explained: 'what was carried out is not staged any more, and a refusal touches only what is' },
    ],
  ]),
  ...guardsOf('services/website/open-release.ts', 'opening tests', [
    ['go: every page is the sealed one', 'if (digestOf(plain) !== sha256) {', never],
  ]),
  ...guardsOf('services/website/handler.ts', 'website tests', [
    [
      'prepare: no plain text',
      'if (!ciphertext) return site.refuse(release, unsealed(object.path), tx);',
      'if (!ciphertext) continue;',
    ],
  ]),
  ...guardsOf('services/website/public-view.ts', 'public view tests', [
    ['withdrawn text leaves memory', 'if (before) opened.removeWhere((key) => key.startsWith(before.releaseId));', ''],
    ['nothing is said of the unknown', 'if (!shown.has(bundleId)) throw error;', ''],
  ]),
  ...guardsOf('services/website/read-back.ts', 'read-back tests', [
    [
      'every byte is compared',
      'if (status === 200 && digestOf(clearSlots(body, mediaType)) === sha256) continue;',
      'if (status === 200) continue;',
    ],
    ['a page has to be there', 'if (status === 200 && digestOf', 'if (digestOf'],
    ['told before it is marked', 'await receipts.announceVerified(releaseId, new Date().toISOString());', ''],
  ]),
  ...guardsOf('services/website/receipts.ts', 'read-back tests', [
    ['doubt: of nothing that was read back', "state === 'live' && !verifiedAt;", "state === 'live';"],
    ['doubt: of nothing that is gone', "state === 'live' && !verifiedAt;", '!verifiedAt;'],
  ]),
];

const sealing = [
  ...guardsOf('services/api/acts.ts', 'act tests', [
    ['act: on a release that stays', "!state || afterFirstWave(state) !== 'whole'", '!state'],
  ]),
  ...guardsOf('services/api/releases.ts', 'workflow tests', [
    [
      'submit: only the first revision starts a workflow',
      'if (!isNew) return ask',
      'if (isNew === null) return ask',
      { only: 'only the first revision of a bundle' },
    ],
  ]),
  ...guardsOf('activities/bundles/gate-inputs.ts', 'seal tests', [
    ['a decision rests on its findings', 'findings: findings.filter(({ gate }) => gate === id),', 'findings: [],'],
    ['a decision rests on the rule set', '        ruleSet: content.ruleSet,\n', ''],
    [
      'a decision rests on its parts',
      'dependsOn.map((part) => [part, parts[part]])',
      'dependsOn.map((part) => [part])',
    ],
    ['a part is its bytes', 'sealed: digests.get(item.id) ?? null', 'sealed: null'],
  ]),
  ...guardsOf('activities/bundles/part-changes.ts', 'seal tests', [
    ['told: another rule set', 'old === now ? []', 'true ? []'],
    ['told: other findings', 'canonicalize(findingsOf(before, id)) !== canonicalize(findingsOf(after, id))', 'false'],
    [
      'told: only what is other',
      'canonicalize(findingsOf(before, id)) !== canonicalize(findingsOf(after, id))',
      'true',
    ],
    ['told: a part that voided it says why', '.filter((id) => !parts.some(({ voids }) => voids.includes(id)))', ''],
  ]),
  ...guardsOf('activities/releases/sealed-staging.ts', 'seal tests', [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
    ['staged: bound to its release', 'Buffer.from(`${releaseId}/${path}`', 'Buffer.from(path'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
    ['staged: bound to its place', 'Buffer.from(`${releaseId}/${path}`', 'Buffer.from(releaseId'],
    ['staged: the tag is checked', ', decipher.final()]', ']'],
  ]),
  ...guardsOf('activities/releases/commit-at-instant.ts', 'instant tests', [
    [
      'told: only what is out',
      "    if (answer.outcome === 'early') return { outcome: 'early', waitMs: answer.waitMs };\n",
      '',
    ],
    ['told: without Kafka it is out all the same', 'await tell(answer).catch(() => false);', 'await tell(answer);'],
  ]),
  ...guardsOf('activities/releases/alarm.ts', 'instant tests', [
    ['together: who wakes first wakes the others', '      for (const wake of others) wake();\n', ''],
    [
      'together: whose wait was cut off wakes nobody',
      'await Promise.race([wait, woken.promise]);',
      'await Promise.race([wait.catch(() => undefined), woken.promise]);',
    ],
  ]),
];

const events = [
  ...guardsOf('infra/postgres/inbox.ts', 'inbox tests', [
    ['an effect happens once', 'if (fresh.size > 0) await effect(fresh, tx);', 'await effect(new Set(eventIds), tx);'],
    ['row and effect commit together', 'db.transaction().execute(', '((work) => work(db))('],
  ]),
  ...guardsOf('infra/kafka/event-signature.ts', 'signature tests', [
    ['it is signed', 'if (keyId === undefined || signature === undefined) throw', 'if (false) throw'],
    ['by this key', "if (!verify(null, signedBytes(record), key, Buffer.from(signature, 'base64')))", 'if (false)'],
    [
      'by one who may say it',
      'if (!producer.says.some((beginning) => event.type.startsWith(beginning)))',
      'if (false)',
    ],
    [
      'for its own channel',
      "if (producer.channel && 'channel' in event.data && event.data.channel !== producer.channel)",
      'if (false)',
    ],
    ['the topic is signed', "'lockstep-event-v1', topic,", "'lockstep-event-v1',"],
    ['the bundle is signed', "topic, key, headers.ce_id ?? ''", "topic, headers.ce_id ?? ''"],
    ['the event id is signed', "headers.ce_id ?? '', ", ''],
    ['the event type is signed', "headers.ce_type ?? '', ", ''],
    ['what it says is signed', ", headers.ce_type ?? '', value]", ", headers.ce_type ?? '']"],
    ['no byte moves between fields', 'return [length, bytes];', 'return [bytes];'],
  ]),
];

const evidence = [
  ...guardsOf('activities/audit/chain.ts', 'chain tests', [
    [
      'two checkpoints of one size agree',
      'if (other && other.head !== checkpoint.head) return bad(checkpoint.size, twoHeads);',
      '',
    ],
    ['chain: no row is missing', 'if (parsed.data.seq !== seq) return bad(seq, misplaced(parsed.data.seq));', ''],
    ['chain: no row was changed', 'if (hashOf(parsed.data) !== parsed.data.hash) return bad(seq, altered);', ''],
    [
      'chain: each row follows from the one before',
      'if (parsed.data.prevHash !== head) return bad(seq, unlinked);',
      '',
    ],
    [
      'chain: it is the one that was signed',
      'if (expected && expected.head !== parsed.data.hash) return bad(seq, forked);',
      '',
    ],
    ['chain: nothing is cut off', 'return longest > size ?', 'return false ?'],
    ['extract: in order', 'if (seq <= last.size) return bad(seq, misplaced(seq));', ''],
    ['extract: no row was changed', 'if (hashOf(parsed.data) !== hash) return bad(seq, altered);', ''],
    [
      'extract: neighbours fit',
      'if (seq === last.size + 1 && parsed.data.prevHash !== last.head) return bad(seq, unlinked);',
      '',
    ],
  ]),
  ...guardsOf('activities/audit/checkpoint.ts', 'chain tests', [
    ['checkpoint: by the key it names', 'checkpoint.keyId === keyIdOf(publicKey) &&', ''],
    [
      'checkpoint: its signature fits',
      "verify(null, signedBytes(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));",
      'true;',
    ],
  ]),
  ...guardsOf('activities/audit/checkpoint-lines.ts', 'chain tests', [
    [
      'checkpoint: one that nobody signed is an alarm',
      'else return { ok: false, line: index + 1, why: notSigned };',
      '',
    ],
  ]),
  ...guardsOf('activities/audit/promise.ts', 'promise tests', [
    ['evidence: every gate', '.filter((gate) => !signed.has(gate))', '.filter(() => false)'],
    [
      'evidence: every warning answered',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guard
      '.filter(({ gate, finding }) => !answered.has(`${gate} ${finding}`))',
      '.filter(() => false)',
    ],
    ['evidence: every error let pass', '.filter(({ finding }) => !overridden.has(finding))', '.filter(() => false)'],
    ['evidence: by two people', ' && personId !== each.personId', ''],
    ['evidence: not before T0', 'Date.parse(committedAt) < Date.parse(t0)', 'false'],
    [
      'evidence: signed before the commit',
      "each.decision === 'signed' && inTime(each.decidedAt)",
      "each.decision === 'signed'",
    ],
    ['evidence: a return is no signature', "each.decision === 'signed' && ", ''],
    ['evidence: let pass before the commit', 'each.seal === seal && inTime(each.at)', 'each.seal === seal'],
  ]),
];

/** Beside the heart: what keeps the public site, the events and the evidence honest. */
export const otherHearts = [...website, ...sealing, ...events, ...evidence];
