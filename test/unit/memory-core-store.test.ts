import { coreStoreContract } from '../support/core-store-contract.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';

const { store } = createMemoryCoreStore(() => new Date().toISOString());
coreStoreContract(() => store);
