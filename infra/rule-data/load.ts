import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type RuleData, RuleList } from '../../schemas/rules.ts';

/** A list that cannot be used; the message names the file, the place in it and what is wrong. */
export class RuleListRefused extends Error {}

/**
 * Loads the shipped lists, and those of the office's own directory beside them (`.yaml`, `.yml`, `.json`). Every file
 * is checked against its schema before any rule runs: a list that was half read would be a check that passes in silence.
 */
export async function loadRuleData(ownLists?: string): Promise<RuleData> {
  const shipped = await readLists(import.meta.dirname);
  const own = ownLists === undefined ? [] : await readLists(ownLists);
  const lists = [...shipped, ...own];
  const kind = <K extends RuleList['list']>(name: K) =>
    lists.filter((list): list is Extract<RuleList, { list: K }> => list.list === name);
  return {
    version: createHash('sha256').update(JSON.stringify(lists)).digest('hex').slice(0, 12),
    typos: kind('typos'),
    laws: kind('laws'),
    institutions: kind('institutions'),
    rosters: kind('roster'),
    formulas: kind('formulas'),
    terms: kind('terms'),
    permits: kind('permits'),
  };
}

async function readLists(directory: string): Promise<RuleList[]> {
  const names = await readdir(directory).catch((error: Error) => {
    throw new RuleListRefused(`读不到词表目录 Cannot read the list directory ${directory}: ${error.message}`);
  });
  const files = names.filter((name) => ['.yaml', '.yml', '.json'].includes(extname(name))).sort();
  if (files.length === 0) {
    throw new RuleListRefused(`词表目录 ${directory} 里没有 .yaml 或者 .json 词表 / ${directory} holds no list`);
  }
  return Promise.all(files.map((name) => readList(join(directory, name))));
}

async function readList(path: string): Promise<RuleList> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new RuleListRefused(`词表不能读取 Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  const { data, error } = RuleList.safeParse(content);
  if (error) throw new RuleListRefused(`词表有误 ${path} cannot be used:\n${z.prettifyError(error)}`);
  return data;
}
