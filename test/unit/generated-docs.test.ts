import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compilePressMail } from '../../infra/mail/compile-press-mail.ts';
import { pressMailTemplate } from '../../infra/mail/press-mail-template.ts';
import { asyncApiDocument } from '../../schemas/asyncapi.ts';
import { deadTopic, LockstepEvent, Topic } from '../../schemas/events.ts';
import { jsonSchemaFiles } from '../../schemas/json-schemas.ts';

const docs = new URL('../../docs/', import.meta.url);

describe('the documents made from the schemas', () => {
  test('JSON Schemas are not stale (else: npm run generate)', async () => {
    const made = jsonSchemaFiles();
    expect((await readdir(new URL('schemas/', docs))).sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) {
      expect((await readFile(new URL(`schemas/${name}`, docs), 'utf8')) === text, `${name}: npm run generate`).toBe(
        true,
      );
    }
  });

  test('asyncapi.yaml is not stale (else: npm run generate)', async () => {
    expect((await readFile(new URL('asyncapi.yaml', docs), 'utf8')) === asyncApiDocument()).toBe(true);
  });

  test('a schema refuses unknown keys, as the parser does', () => {
    const manifest = JSON.parse(jsonSchemaFiles().get('manifest.json') ?? '');
    expect(manifest.additionalProperties).toBe(false);
    expect(manifest.properties.items.items.additionalProperties).toBe(false);
  });

  test('asyncapi.yaml has every topic, and every event type under exactly one of them', () => {
    const document = parse(asyncApiDocument());
    const { deadLetters, ...channels } = document.channels as Record<string, { address: string; messages: object }>;
    expect(Object.values(channels).map(({ address }) => address)).toEqual(Object.values(Topic));
    const types = LockstepEvent.options.flatMap((union) => union.options.map((event) => event.shape.type.value));
    expect(
      Object.values(channels)
        .flatMap(({ messages }) => Object.keys(messages))
        .sort(),
    ).toEqual([...types].sort());
    expect(deadLetters?.address).toBe(deadTopic('{consumer}'));
  });

  test('every reference inside asyncapi.yaml leads somewhere', () => {
    const document = parse(asyncApiDocument());
    const references = [...asyncApiDocument().matchAll(/\$ref: "?#\/([^"\n]+)/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(8);
    for (const path of references) {
      expect(
        path.split('/').reduce<Record<string, unknown> | undefined>((at, key) => at?.[key] as never, document),
        path,
      ).toBeDefined();
    }
  });
});

test('the press mail is compiled from its MJML as it stands (else: npm run generate)', async () => {
  expect(await pressMailTemplate()).toBe(await compilePressMail());
});
