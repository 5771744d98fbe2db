import { readPeopleTokens } from '../../../infra/cli-io/people-tokens.ts';
import type { OfficeConfig } from '../../../infra/config/office.ts';
import type { Person } from '../../../schemas/configuration.ts';
import type { GateId } from '../../../schemas/finding.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CliFailure } from '../failure.ts';

export type Colleague = Person & { api: ApiClient };

/** 演示人员: one person per role and gate, as people.yaml has them, each acting under the own name. */
export type Cast = { drafter: Colleague; leader: Colleague; reviewerOf(gate: GateId): Colleague };

export async function gatherCast(options: {
  people: OfficeConfig['people'];
  dataDir: string;
  apiUrl: string;
  signal: AbortSignal;
}): Promise<Cast> {
  const tokens = (await readPeopleTokens(options.dataDir)) ?? {};
  const find = (what: string, suits: (person: Person) => boolean): Colleague => {
    const person = options.people.people.find((each) => suits(each) && tokens[each.id] !== undefined);
    const token = person && tokens[person.id];
    if (person === undefined || token === undefined) throw nobody(what);
    return { ...person, api: createApiClient({ baseUrl: options.apiUrl, token, signal: options.signal }) };
  };
  return {
    drafter: find('drafter', ({ roles }) => roles.includes('drafter')),
    leader: find('leader', ({ roles }) => roles.includes('leader')),
    reviewerOf: (gate) =>
      find(`reviewer of ${gate}`, ({ roles, gates }) => roles.includes('reviewer') && gates.includes(gate)),
  };
}

const nobody = (what: string) =>
  new CliFailure({
    type: 'NotSignedIn',
    message: { zh: `没有可用的演示人员（${what}）。`, en: `There is no demo person to act as ${what}.` },
    where: 'people.yaml, people-tokens.json',
    mend: {
      zh: '演示用 npm start 启动的系统；数据目录不同时设 LOCKSTEP_DATA_DIR。',
      en: 'The demo uses the system that npm start runs; set LOCKSTEP_DATA_DIR where its data directory is another.',
    },
  });
