/** Opened pages in memory, least recently read out first, at most `maxBytes` of content. */
export function createByteCache<V extends { body: Uint8Array }>(maxBytes: number) {
  const entries = new Map<string, V>(); // a Map keeps the order of insertion: the first key is the oldest
  let held = 0;
  const remove = (key: string) => {
    held -= entries.get(key)?.body.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    get(key: string): V | undefined {
      const value = entries.get(key);
      if (value) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key: string, value: V): void {
      remove(key);
      if (value.body.byteLength > maxBytes) return;
      entries.set(key, value);
      held += value.body.byteLength;
      for (const oldest of entries.keys()) {
        if (held <= maxBytes) break;
        remove(oldest);
      }
    },
    remove,
    removeWhere(matches: (key: string) => boolean): void {
      for (const key of entries.keys()) if (matches(key)) remove(key);
    },
  };
}
