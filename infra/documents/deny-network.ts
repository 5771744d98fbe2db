import dgram from 'node:dgram';
import dns from 'node:dns';
import promises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * Takes every way to the network out of this process. Node 24's permission model has none for it; TCP, TLS, HTTP and
 * fetch all go through `net.Socket`, UDP through `dgram`, and names through `dns`.
 */
export function denyNetwork(): void {
  const refuse = (): never => {
    throw new Error('No network in the process that reads documents');
  };
  net.Socket.prototype.connect = refuse;
  net.Server.prototype.listen = refuse;
  dgram.Socket.prototype.bind = refuse;
  dgram.Socket.prototype.send = refuse;
  dgram.Socket.prototype.connect = refuse;
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse'] as const) {
    Object.defineProperty(dns, name, { value: refuse });
    Object.defineProperty(promises, name, { value: refuse });
  }
  for (const name of ['fetch', 'WebSocket', 'EventSource'] as const) {
    Object.defineProperty(globalThis, name, { value: refuse });
  }
  // Named imports of built-in modules are copies; this brings them up to date.
  syncBuiltinESMExports();
}
