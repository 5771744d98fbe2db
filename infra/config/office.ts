import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ClocksFile } from '../../schemas/clock.ts';
import { CalendarFile, ChannelsFile, GatesFile, PeopleFile } from '../../schemas/configuration.ts';

export type OfficeConfig = {
  gates: GatesFile;
  channels: ChannelsFile;
  people: PeopleFile;
  calendar: CalendarFile;
  clocks: ClocksFile;
};

/** The office that is shipped: an example, and the default. */
export const shippedConfigDir = import.meta.dirname;

async function read<S extends z.ZodType>(directory: string, file: string, schema: S): Promise<z.infer<S>> {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Error(`读不到配置文件 Cannot read ${path}: ${error.message}`);
  });
  const { data, error } = schema.safeParse(parse(text));
  if (error) throw new Error(`配置文件有误 ${path} cannot be used:\n${z.prettifyError(error)}`);
  return data;
}

/** The office's own data: gates, channels, people, working days, time limits. `directory` defaults to the shipped ones. */
export async function loadOfficeConfig(directory: string = shippedConfigDir): Promise<OfficeConfig> {
  const [gates, channels, people, calendar, clocks] = await Promise.all([
    read(directory, 'gates.yaml', GatesFile),
    read(directory, 'channels.yaml', ChannelsFile),
    read(directory, 'people.yaml', PeopleFile),
    read(directory, 'calendar.yaml', CalendarFile),
    read(directory, 'clocks.yaml', ClocksFile),
  ]);
  const known = new Set(gates.gates.map((gate) => gate.id));
  const stray = people.people.flatMap((person) => person.gates.filter((gate) => !known.has(gate)));
  if (stray.length > 0)
    throw new Error(`people.yaml 指定了 gates.yaml 中没有的关 names gates that gates.yaml lacks: ${stray}`);
  const reviewed = new Set(people.people.flatMap(({ roles, gates: own }) => (roles.includes('reviewer') ? own : [])));
  const unmanned = [...known].filter((gate) => !reviewed.has(gate)); // a bundle would wait there for ever
  if (unmanned.length > 0)
    throw new Error(`people.yaml 中没有人审核这些关 has no reviewer of the gates: ${unmanned.join(', ')}`);
  return { gates, channels, people, calendar, clocks };
}
