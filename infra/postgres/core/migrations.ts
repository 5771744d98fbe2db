import { join } from 'node:path';

/** Where the core database's migrations are. */
export const coreMigrations = join(import.meta.dirname, 'migrations');
