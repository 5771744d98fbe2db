// Entry of the child process that reads documents, and draws and sets what is made of them. Started by reader.ts with an
// empty environment, a small heap, and Node's permission model: it reads this program's files, writes nothing, starts nothing.
import { denyNetwork } from './deny-network.ts';

denyNetwork();
// Only now the libraries, so that none of them could have kept a way out.
const { readDocument } = await import('../../activities/documents/read.ts');
const { findingOf } = await import('../../activities/documents/refusal.ts');

const send = (answer: import('./messages.ts').Answer) => process.send?.(answer);

/** Fonts are loaded with the first document that is set, and kept. */
let typesetter: import('../../activities/rendering/printed-document.ts').Typesetter | undefined;

async function work(request: import('./messages.ts').Request) {
  switch (request.task) {
    case 'read':
      return readDocument(request.input);
    case 'display': {
      const { createToDisplay } = await import('../../activities/documents/display.ts');
      const { rasterise } = await import('./rasterise.ts');
      return createToDisplay(rasterise)(request.input);
    }
    case 'rasterise': {
      const { rasterise } = await import('./rasterise.ts');
      return rasterise(request.input);
    }
    case 'typeset': {
      const { createTypesetter } = await import('../typst/typesetter.ts');
      typesetter ??= createTypesetter();
      return typesetter.pdf(request.input);
    }
  }
}

process.on('message', async (request: import('./messages.ts').Request) => {
  const { id, task } = request;
  try {
    send({ id, result: await work(request) });
  } catch (error) {
    if (task === 'read' || task === 'display') send({ id, refused: findingOf(error) });
    else send({ id, failed: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
send({ ready: true });
