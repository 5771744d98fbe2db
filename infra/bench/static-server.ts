import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/**
 * The plainest static file server there is, in a process of its own: reads a file per request, follows symbolic links,
 * remembers nothing. Its parent forks it with the directory as its argument and hears its port.
 */
const root = process.argv[2] ?? '.';
process.once('disconnect', () => process.exit(0));
process.on('SIGINT', () => {}); // the parent says when to end

const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
  readFile(join(root, path)).then(
    (bytes) => response.writeHead(200, { 'content-length': bytes.byteLength }).end(bytes),
    () => response.writeHead(404).end(),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
