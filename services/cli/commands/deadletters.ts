import type { z } from 'zod';
import { ExitCode } from '../../../schemas/cli.ts';
import {
  DeadLetter,
  DeadLettersAnswer,
  type LetterAct,
  LetterParkBody,
  LetterReasonBody,
} from '../../../schemas/dead-letters.ts';
import { lettersView, letterView } from '../dead-letters-view.ts';
import type { Invocation } from '../invocation.ts';

/** 死信: what no consumer could handle, and how far each is behind. */
export async function list(invocation: Invocation): Promise<ExitCode> {
  const found = await (await invocation.connect('read')).deadLetters();
  invocation.print(DeadLettersAnswer.parse(found), lettersView(found, new Date()));
  return ExitCode.ok;
}

/** Everything that may be shown of one: headers, times, digests, decisions; never the payload. */
export async function show(invocation: Invocation, id: string): Promise<ExitCode> {
  return shown(invocation, await (await invocation.connect('read')).deadLetter(id));
}

const decide =
  (act: LetterAct, Options: z.ZodType<LetterParkBody>) =>
  async (invocation: Invocation, id: string, rawOptions: unknown): Promise<ExitCode> => {
    const body = Options.parse(rawOptions);
    return shown(invocation, await (await invocation.connect('act')).decideLetter(id, act, body));
  };
/** The original record again, under its own event id. */
export const retry = decide('retry', LetterReasonBody);
/** 挂起: it stays, with a name beside it. */
export const park = decide('park', LetterParkBody);
/** 作废. */
export const discard = decide('discard', LetterReasonBody);

function shown(invocation: Invocation, letter: DeadLetter): ExitCode {
  invocation.print(DeadLetter.parse(letter), letterView(letter));
  return ExitCode.ok;
}
