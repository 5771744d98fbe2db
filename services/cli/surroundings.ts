import type { Output } from '../../infra/local/report.ts';
import type { KnownAddresses } from './connection.ts';

/** What a command may use of the world around it; `main.ts` has the real ones, tests give their own. */
export type Surroundings = {
  stdout: Output;
  /** Progress, and everything that is not the answer. */
  stderr: Output;
  cwd: string;
  dataDir: string;
  /** Downloads that `npm start` keeps. */
  cacheDir: string;
  /** LOCKSTEP_CONFIG_DIR; undefined for the office that is shipped. */
  configDir: string | undefined;
  /** For `doctor`, which says what of it a start would use. */
  environment: Record<string, string | undefined>;
  /** Addresses that the environment names. */
  known: KnownAddresses;
  /** LOCKSTEP_TOKEN. */
  token: string | undefined;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
};
