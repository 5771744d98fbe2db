import type { Ports } from './ports.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Step } from './report.ts';
import type { Secrets } from './secrets.ts';

export type ServiceName = 'temporal' | 'kafka' | 'postgres';

/** `test` gives up durability for speed and shows no web page; what it holds is thrown away. */
export type Profile = 'start' | 'test';

export interface ServiceContext {
  dataDir: string;
  cacheDir: string;
  ports: Ports;
  secrets: Secrets;
  profile: Profile;
  step: Step;
  env: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
}

export interface LocalStart {
  identity: ProcessIdentity;
  log: string;
}

/** What provisioning has to know of one backing service. An address is one string: host:port, brokers or a URL. */
export interface BackingService {
  name: ServiceName;
  title: string;
  /** A running instance of another version is replaced rather than used. */
  version: string;
  /** The variable that names a service run by somebody else. */
  variable: string;
  readyWithinMs: number;
  stopSignal: NodeJS.Signals;
  /** Where the instance we start, in Docker or as a process, will answer. */
  address(context: ServiceContext): string;
  /** Throws with the reason when nothing usable answers there. */
  probe(address: string): Promise<void>;
  startLocal(context: ServiceContext): Promise<LocalStart>;
  /** Work that is needed however the service came; must be safe to repeat. */
  afterwards?(address: string, context: ServiceContext): Promise<void>;
}
