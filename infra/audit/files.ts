import { join } from 'node:path';

/** What the worker keeps of the audit chain outside the database. */
export const auditFiles = (dataDir: string) => ({
  privateKey: join(dataDir, 'audit-private-key.pem'),
  publicKey: join(dataDir, 'audit-public-key.pem'),
  checkpoints: join(dataDir, 'audit-checkpoints.jsonl'),
});
