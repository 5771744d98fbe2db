import { api } from './api.ts';
import { core } from './core.ts';
import { course } from './course.ts';
import type { Mutation } from './mutation.ts';
import { otherHearts } from './other-hearts.ts';
import { repair } from './repair.ts';
import { board, rules } from './rules-and-board.ts';

export const mutations: Mutation[] = [...rules, ...board, ...course, ...api, ...core, ...repair, ...otherHearts];
