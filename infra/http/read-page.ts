import http from 'node:http';
import https from 'node:https';

export type ReadPage = { status: number; body: Uint8Array };
export type ReadPageOptions = { timeoutMs: number; maxBytes: number };

/**
 * GETs pages of one site over kept connections, as a browser does: at a T0 of many bundles every page is read back, and
 * a new connection for each would cost more than the page. A redirect is an answer like any other. Rejects where there is
 * no whole answer in time; a GET may be repeated.
 */
export function createPageReader({ timeoutMs, maxBytes }: ReadPageOptions) {
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true });
  return (address: string): Promise<ReadPage> =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      const signal = AbortSignal.timeout(timeoutMs);
      const request =
        url.protocol === 'https:' ? https.get(url, { agent: secure, signal }) : http.get(url, { agent: plain, signal });
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) request.destroy(new Error(`${url.pathname} is larger than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      });
    });
}
