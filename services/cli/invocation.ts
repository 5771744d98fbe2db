import type { Command } from 'commander';
import pc from 'picocolors';
import { z } from 'zod';
import { readPeopleTokens } from '../../infra/cli-io/people-tokens.ts';
import type { ExitCode } from '../../schemas/cli.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { findSystem, type KnownAddresses } from './connection.ts';
import { usage } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

const GlobalOptions = z.object({
  json: z.boolean().default(false),
  as: z.string().optional(),
  api: z.url().optional(),
});
type Colors = ReturnType<typeof pc.createColors>;

/** One run of one command: what surrounds it, and what its global options say. */
export type Invocation = Surroundings & {
  /** `--api` goes before the environment. */
  known: KnownAddresses;
  json: boolean;
  colors: Colors;
  person: string | undefined;
  /** A client that acts as the person of `--as`; reading needs no name, and is done as the auditor. */
  connect(purpose: 'act' | 'read'): Promise<ApiClient>;
  /** Prints the answer: `value` as one JSON line with `--json`, else `human`. */
  print(value: unknown, human: string): void;
};

export type Action<A extends unknown[]> = (invocation: Invocation, ...args: A) => Promise<ExitCode>;

/** Makes the action of a command out of the module that has it, which is loaded once the command is called. */
export type On = <A extends unknown[]>(load: () => Promise<Action<A>>) => (...received: unknown[]) => Promise<void>;

/** Binds an action to the command that commander calls it for. `finish` receives the exit code. */
export const bind =
  <A extends unknown[]>(surroundings: Surroundings, finish: (code: ExitCode) => void, action: Action<A>) =>
  async (...received: unknown[]): Promise<void> => {
    // commander gives the arguments, then the options, then the command.
    const command = received.at(-1) as Command;
    const args = received.slice(0, -1) as A;
    const global = GlobalOptions.safeParse(command.optsWithGlobals());
    if (!global.success) throw usage({ zh: '--api 不是网址。', en: '--api is not an address.' });
    finish(await action(createInvocation(surroundings, global.data), ...args));
  };

function createInvocation(surroundings: Surroundings, { json, as, api }: z.infer<typeof GlobalOptions>): Invocation {
  const { stdout, dataDir, signal } = surroundings;
  const known = { ...surroundings.known, ...(api && { apiUrl: api }) };
  return {
    ...surroundings,
    known,
    json,
    person: as,
    colors: pc.createColors(stdout.isTTY === true && pc.isColorSupported),
    async connect(purpose) {
      const { apiUrl } = await findSystem(known, dataDir);
      const token = await tokenFor(surroundings, as, purpose);
      return createApiClient({ baseUrl: apiUrl, token, signal });
    },
    print: (value, human) => void stdout.write(json ? `${JSON.stringify(value)}\n` : human),
  };
}

/** An act names its person on purpose: nobody signs by accident as whoever happens to be first in a file. */
async function tokenFor(
  { token, dataDir }: Surroundings,
  as: string | undefined,
  purpose: 'act' | 'read',
): Promise<string> {
  if (as === undefined && token !== undefined) return token;
  const tokens = (await readPeopleTokens(dataDir)) ?? {};
  const found = tokens[as ?? (purpose === 'read' ? 'auditor' : '')];
  if (found !== undefined) return found;
  const people = Object.keys(tokens);
  const mend =
    people.length > 0
      ? { zh: `可用的人员：${people.join('、')}`, en: `People here: ${people.join(', ')}` }
      : {
          zh: '把自己的令牌放进环境变量 LOCKSTEP_TOKEN；演示人员要在 npm start 之后才有。',
          en: 'Put your own token into LOCKSTEP_TOKEN; the demo people exist once npm start has run.',
        };
  throw as === undefined
    ? usage({ zh: '没有说明由谁办理，请加 --as 人员编号。', en: 'Nobody is named who acts: add --as PERSON.' }, mend)
    : usage({ zh: `没有人员“${as}”的令牌。`, en: `There is no token of "${as}".` }, mend);
}
