import { coreStoreContract } from '../support/core-store-contract.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { createMemoryRepairStore } from '../support/memory-repair-store.ts';

const core = createMemoryCoreStore(() => new Date().toISOString());
coreStoreContract(() => core.store, createMemoryRepairStore(core));
