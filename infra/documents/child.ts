// Entry of the child process that reads documents. Started by reader.ts with an empty environment, a small heap, and
// Node's permission model: it reads this program's files, writes nothing, starts nothing.
import { denyNetwork } from './deny-network.ts';

denyNetwork();
// Only now the libraries, so that none of them could have kept a way out.
const { readDocument } = await import('../../activities/documents/read.ts');
const { findingOf } = await import('../../activities/documents/refusal.ts');

const send = (answer: import('./messages.ts').Answer) => process.send?.(answer);

process.on('message', async (request: import('./messages.ts').Request) => {
  try {
    if (request.task === 'read') {
      send({ id: request.id, task: 'read', result: await readDocument(request.input) });
    } else {
      const { createToDisplay } = await import('../../activities/documents/display.ts');
      const { rasterise } = await import('./rasterise.ts');
      send({ id: request.id, task: 'display', result: await createToDisplay(rasterise)(request.input) });
    }
  } catch (error) {
    send({ id: request.id, refused: findingOf(error) });
  }
});
process.on('disconnect', () => process.exit(0));
send({ ready: true });
