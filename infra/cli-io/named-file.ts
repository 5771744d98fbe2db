import { readFile } from 'node:fs/promises';

/** The bytes of a file that a person named on the command line. */
export const readNamedFile = (path: string): Promise<Uint8Array> => readFile(path);
