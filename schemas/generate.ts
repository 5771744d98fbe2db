import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApiDocument } from './asyncapi.ts';
import { jsonSchemaFiles } from './json-schemas.ts';

// `npm run generate`: the documents that follow from the schemas. What they say is decided in the schemas only.
const docs = join(import.meta.dirname, '../docs');
const directory = join(docs, 'schemas');
const files = jsonSchemaFiles();

await mkdir(directory, { recursive: true });
for (const name of await readdir(directory)) if (!files.has(name)) await rm(join(directory, name));
for (const [name, text] of files) await writeFile(join(directory, name), text);
await writeFile(join(docs, 'asyncapi.yaml'), asyncApiDocument());
