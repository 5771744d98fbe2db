// Runs with the options of the document child and tries each way out.
import { denyNetwork } from '../../infra/documents/deny-network.ts';

denyNetwork();
const attempt = async (what: () => unknown): Promise<string> => {
  try {
    await what();
    return 'possible';
  } catch {
    return 'refused';
  }
};
const { spawnSync } = await import('node:child_process');
const { readFileSync, writeFileSync } = await import('node:fs');
const net = await import('node:net');
const dgram = await import('node:dgram');
const dns = await import('node:dns/promises');
const { tmpdir } = await import('node:os');
const port = Number(process.argv[2]);

process.send?.({
  tcp: await attempt(() => net.connect(port, '127.0.0.1')),
  udp: await attempt(() => dgram.createSocket('udp4').send('x', port, '127.0.0.1')),
  fetch: await attempt(() => fetch(`http://127.0.0.1:${port}/`)),
  names: await attempt(() => dns.lookup('localhost')),
  read: await attempt(() => readFileSync('/etc/hostname')),
  write: await attempt(() => writeFileSync(`${tmpdir()}/document-child-probe`, 'x')),
  spawn: await attempt(() => {
    const { error } = spawnSync('true');
    if (error) throw error;
  }),
  // What Node and the channel set themselves is no secret.
  environment: Object.keys(process.env).filter((name) => !/^NODE_CHANNEL/.test(name)),
});
process.disconnect();
