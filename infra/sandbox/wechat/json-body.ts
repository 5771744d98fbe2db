import { WeChatError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as the platform does: UTF-8 JSON. A `\uXXXX` escape is **not** decoded but kept as these six characters,
 * which is how a client that escapes Chinese finds its titles published (the documentation asks for plain UTF-8).
 */
export function jsonBody(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length === 0) throw new WeChatError(44002);
  try {
    const text = utf8
      .decode(body)
      .replace(/\\(u[0-9a-fA-F]{4}|[^u])/g, (whole, what: string) => (what.startsWith('u') ? `\\${whole}` : whole));
    return JSON.parse(text);
  } catch {
    throw new WeChatError(47001);
  }
}
