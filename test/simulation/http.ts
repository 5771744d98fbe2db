import type { HttpAnswer, HttpRequest } from '../../infra/http/request.ts';

/** Stands in for the `request` of `infra/http/request.ts`: the network of the run that goes on now. */
let network: (asked: HttpRequest) => Promise<HttpAnswer> = async () => {
  throw new Error('No run goes on');
};
export const connectTo = (next: typeof network): void => {
  network = next;
};
export const request = (asked: HttpRequest): Promise<HttpAnswer> => network(asked);

export function answerOf(status: number, body: string): HttpAnswer {
  const bytes = new TextEncoder().encode(body);
  return { status, contentType: 'text/html', body: bytes, text: () => body };
}
