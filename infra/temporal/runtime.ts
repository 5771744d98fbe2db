import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import type { Logger } from '../logger.ts';

/** Temporal's own log entries in our log; signals stay with the process frame, which stops things in order. */
export function installTemporalRuntime(log: Logger): void {
  const write: Record<LogLevel, (meta: object, message: string) => void> = {
    TRACE: (meta, message) => log.trace(meta, message),
    DEBUG: (meta, message) => log.debug(meta, message),
    INFO: (meta, message) => log.debug(meta, message), // one line per workflow state is no news to an operator
    WARN: (meta, message) => log.warn(meta, message),
    ERROR: (meta, message) => log.error(meta, message),
  };
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => write[level]({ temporal: meta }, message));
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: 'WARN', forward: {} } } });
}
