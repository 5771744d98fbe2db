import type { createMemoryCoreStore } from '../support/memory-core-store.ts';
import type { createMemoryDeliveryStore } from '../support/memory-delivery-store.ts';
import type { createMemorySiteStore } from '../support/memory-site-store.ts';
import type { Parts } from './world.ts';

/** Real parts, as they are loaded in the run of one variant. */
export type RealParts = {
  createMemoryCoreStore: typeof createMemoryCoreStore;
  createMemorySiteStore: typeof createMemorySiteStore;
  createMemoryDeliveryStore: typeof createMemoryDeliveryStore;
};
/** biome-ignore lint/suspicious/noExplicitAny: a module is whatever it exports */
type Module = Record<string, any>;

/** One guard taken out, and what must be said of it. */
export type Variant = {
  name: string;
  /** Invariants of which one is broken. */
  breaks: RegExp;
  /** Stores without the guard. */
  parts?: (real: RealParts) => Partial<Parts>;
  /** A module of ours with some of its exports replaced, by its path from here. */
  module?: { path: string; replace: (real: Module) => Module };
};
