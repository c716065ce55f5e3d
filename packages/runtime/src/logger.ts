import pino from 'pino';
import { redactFields } from './redaction';

/** A structured logger: constant message, data in snake_case fields, an error under `err`. */
export type Logger = pino.Logger;

/** What createLogger needs. */
export interface LoggerOptions {
  /** Name of the service; a field of every line. */
  service: string;
  /** `debug`, `info` (the default), `warn`, `error` or `silent`. */
  level?: string;
  /** Where lines go; default: standard output. */
  destination?: pino.DestinationStream;
}

/**
 * Makes the process's one logger, JSON lines of `time`, `level`, `service`, `message` and fields. Fields named like
 * secrets or personal data are redacted at every depth, and errors are cut to what can't hold either.
 */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (value: unknown) => value },
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redactFields(fields),
    },
    hooks: { logMethod: logErrorUnderKey },
  };
  return redactingChildren(destination ? pino(options, destination) : pino(options));
}

// pino runs `formatters.bindings` for the root alone; children inherit this method.
function redactingChildren(logger: Logger): Logger {
  const { child } = logger;
  logger.child = function (this: Logger, bindings: pino.Bindings, options?: object) {
    return child.call(this, redactFields(bindings), options);
  } as Logger['child'];
  return logger;
}

// pino takes the message of a bare error as the line's message; that text may quote input.
function logErrorUnderKey(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn): void {
  const [first, message] = args as unknown as [unknown, string | undefined];
  if (first instanceof Error) method.apply(this, [{ err: first }, message ?? 'failed']);
  else method.apply(this, args);
}
