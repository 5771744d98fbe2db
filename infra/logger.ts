import { pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on standard output. Secrets and document text have no business in a log; known places are masked. */
export const createLogger = (service: string, level = 'info') =>
  pino({
    name: service,
    level,
    redact: {
      paths: [
        '*.key',
        '*.token',
        '*.secret',
        '*.password',
        '*.access_token',
        'headers.authorization',
        '*.headers.authorization',
        '*.content',
        '*.html',
      ],
      censor: '***',
    },
  });
