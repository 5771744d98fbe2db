import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { readBundle } from '../../activities/bundles/intake.ts';
import { openZip } from '../../infra/bundle-source/zip.ts';
import type { ErrorType } from '../../schemas/api.ts';
import type { Manifest } from '../../schemas/bundle.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import type { ReviewedFinding } from '../../schemas/review.ts';
import { Digest } from '../../schemas/text.ts';
import { channelStatus, releaseStatus } from './release-status.ts';

export type Misbehaviour = {
  /** Requests (`POST …/arm`) that are carried out and then cut off, once each. */
  cutOff?: string[];
  /** Requests that are answered 503 first, once each. */
  down?: string[];
  /** Requests that are refused with this type. */
  refuse?: Record<string, ErrorType>;
  /** Channels get ready only after this many looks at the status that follows the last signature. */
  preparesForLooks?: number;
  /** After the last signature: one channel refuses its objects, or the bundle goes back to its drafter. */
  stuckAfterGates?: 'channel-refused' | 'returned';
  /** The interpretation follows its policy only after this many looks at it. */
  tornForLooks?: number;
  /** Public when it is armed, not at T0. */
  early?: boolean;
  /** Each `warning` has to be answered in the signature of its gate. */
  findings?: ReviewedFinding[];
  /** Outcome of the release. */
  ends?: ReleaseStatus['state'];
};

const seal = Digest.parse('5e'.repeat(32));

/**
 * The API and the website as the command line sees them, on one address: as strict in the order of things as the real
 * ones (a repeated signature is refused), and wrong in the ways it is told to be.
 */
export async function startFakeSystem(wrong: Misbehaviour = {}) {
  const bundles = new Map<string, { manifest: Manifest; status: ReleaseStatus }>();
  const requests: string[] = [];
  const spent = new Set<string>();
  let looksAtPolicy = 0;
  let looksAtText = 0;
  let looksAtPreparing = 0;
  let open = false;

  const server = createServer((request, response) => void handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname.startsWith('/policies/')) return void response.writeHead(isPublic(pathname) ? 200 : 404).end('page');
    if (pathname === '/') return void response.end();
    const name = `${request.method} ${pathname.replace(/bundles\/[^/]+/, 'bundles/…')}`;
    requests.push(`${request.headers.authorization?.replace('Bearer token-of-', '')} ${name}`);
    const body = await buffer(request);
    const firstOf = (list: string[] | undefined) => list?.includes(name) && !spent.has(name) && spent.add(name);
    if (firstOf(wrong.down)) return answer(response, refusal('DependencyDown'));
    const refused = wrong.refuse?.[name];
    if (refused) return answer(response, refusal(refused));
    const done = await act(name, pathname, searchParams, body);
    if (firstOf(wrong.cutOff)) return void response.destroy();
    answer(response, done);
  }

  async function act(name: string, pathname: string, query: URLSearchParams, body: Buffer): Promise<Answer> {
    if (name === 'POST /v1/bundles') return submit(body, query);
    if (name === 'GET /v1/bundles') return ok({ bundles: [...bundles.values()].map(({ status }) => status) });
    const [, , , id = '', verb, gateId, decision] = pathname.split('/');
    const status = bundles.get(id)?.status;
    if (!status) return refusal('NotFound');
    const now = new Date().toISOString();
    if (verb === 'receipts') return ok({ receipts: [] });
    if (verb === 'findings') return ok({ bundleId: id, revision: 1, seal, findings: wrong.findings ?? [] });
    if (verb === 'gates') {
      const gate = status.gates.find((each) => each.gate === gateId);
      if (gate?.state !== 'open') return refusal('GateNotOpen');
      if (JSON.parse(body.toString()).seal !== seal) return refusal('SealStale');
      const answered = (JSON.parse(body.toString()).answers ?? []).map((each: { finding: string }) => each.finding);
      const asked = wrong.findings?.filter(({ finding }) => finding.gate === gateId && finding.severity === 'warning');
      if (decision === 'sign' && asked?.some(({ key }) => !answered.includes(key)))
        return refusal('FindingsUnanswered');
      Object.assign(gate, {
        state: decision === 'sign' ? 'signed' : 'returned',
        decidedAt: now,
        reviewerId: 'somebody',
      });
      if (status.gates.every((each) => each.state === 'signed')) {
        status.state = 'preparing';
        if (wrong.stuckAfterGates) getStuck(status);
        else if (!wrong.preparesForLooks) getReady(status);
      }
    } else if (verb === 'arm') {
      if (status.state !== 'prepared') return refusal('WrongPhase');
      const { t0 } = JSON.parse(body.toString());
      Object.assign(status, { state: 'armed', plan: { t0, policy: 'publish-rest' } });
      if (wrong.early) open = true;
      setTimeout(() => goLive(status), Math.max(0, Date.parse(t0) - Date.now()) + 5);
    }
    if (wrong.preparesForLooks && verb === undefined && status.state === 'preparing')
      if (++looksAtPreparing > wrong.preparesForLooks) getReady(status);
    return ok(status);
  }

  function getStuck(status: ReleaseStatus): void {
    const why = { zh: '封面打不开', en: 'the cover cannot be opened' };
    if (wrong.stuckAfterGates === 'returned') Object.assign(status, { state: 'returned', blockers: [why] });
    else Object.assign(status.channels.at(-1) ?? {}, { state: 'refused', detail: why });
  }

  function getReady(status: ReleaseStatus): void {
    status.state = 'prepared';
    for (const channel of status.channels)
      Object.assign(channel, { state: 'ready', readyAt: new Date().toISOString() });
  }

  async function submit(body: Buffer, query: URLSearchParams): Promise<Answer> {
    const { manifest } = await readBundle(await openZip(body));
    if (!manifest) return refusal('BundleUnreadable');
    const channels = (query.get('channels')?.split(',') ?? manifest.channels) as Manifest['channels'];
    const status = releaseStatus({
      bundleId: manifest.bundleId,
      title: manifest.title,
      documentNumber: manifest.documentNumber,
      seal,
      channels: channels.map((channel) => channelStatus(channel)),
    });
    if (bundles.has(manifest.bundleId)) return refusal('WrongPhase');
    bundles.set(manifest.bundleId, { manifest, status });
    return ok({ bundleId: manifest.bundleId, revision: 1, seal, state: 'in-review', findings: [] });
  }

  function goLive(status: ReleaseStatus): void {
    const now = new Date().toISOString();
    open = true;
    const state = wrong.ends ?? 'released';
    Object.assign(status, { state, committedAt: now });
    for (const channel of status.channels) {
      Object.assign(channel, {
        state: 'verified',
        liveAt: now,
        verifiedAt: now,
        url: `${url}/policies/${status.bundleId}/`,
      });
    }
  }

  function isPublic(pathname: string): boolean {
    if (!open) return false;
    if (!pathname.includes('interpretation')) return ++looksAtPolicy > 0;
    if (wrong.tornForLooks === undefined) return true;
    return looksAtPolicy > wrong.tornForLooks && ++looksAtText > wrong.tornForLooks;
  }

  return {
    url,
    bundles,
    /** Who asked for what, in order. */
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Answer = { status: number; body: unknown };
const ok = (body: unknown): Answer => ({ status: 200, body });
const refusal = (type: ErrorType): Answer => ({
  status: type === 'DependencyDown' ? 503 : 409,
  body: {
    error: { type, message: { zh: `不行 ${type}`, en: `no ${type}` }, where: null, mend: null, findings: [] },
  },
});

function answer(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
