/** Renewed this long before its end: WeChat keeps old and new valid together for five minutes. */
const MARGIN_MS = 240_000;

export type Token = { value: string; expiresAt: number };

/**
 * The access token of one process, fetched once however many calls wait for it. Between processes nothing has to be
 * agreed: in normal mode `stable_token` gives all of them the same token, and none of them ends another's.
 */
export function createTokenSource(fetchToken: (force: boolean) => Promise<Token>, now: () => number) {
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;

  const single = (fetchOne: () => Promise<Token>): Promise<Token> => {
    pending ??= fetchOne()
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  return {
    async get(): Promise<string> {
      if (current && current.expiresAt - now() > MARGIN_MS) return current.value;
      return (await single(() => fetchToken(false))).value;
    },

    /**
     * A token other than `refused`. If another call has renewed it meanwhile, that one. Force (20 a day, ends every
     * other process's token) only where normal mode insists on the refused token.
     */
    async replace(refused: string): Promise<string> {
      if (current && current.value !== refused) return current.value;
      const renewed = await single(async () => {
        const token = await fetchToken(false);
        return token.value === refused ? fetchToken(true) : token;
      });
      return renewed.value;
    },
  };
}
