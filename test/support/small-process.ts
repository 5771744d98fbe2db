import { createServer } from 'node:http';

// A process as small as can be, for the tests of the supervisor: says who it is, and is ready at once.
const server = createServer((_, response) => response.end(String(process.pid)));
server.listen(Number(process.env.SMALL_PROCESS_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
