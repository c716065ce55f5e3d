import { type AppError, type ErrorCode, isAppError } from '@omnigate/errors';
import { CommanderError } from 'commander';
import { CommandError, exitCode } from './command-error';

/** What the person is told and how the process ends. */
export interface Failure {
  exitCode: number;
  /** What went wrong and what to do next, without a line break at the end; empty when it was told already. */
  text: string;
}

const hints: Partial<Record<ErrorCode, string>> = {
  DEADLINE_EXCEEDED: 'The server may be busy: try again; its log and `/readyz` say how it is.',
  UNAUTHENTICATED:
    'Set OMNIGATE_API_KEY to a key of this server, or use its credentials.json (OMNIGATE_DATA_DIR).',
  PERMISSION_DENIED:
    'Use a key of a role that may: `omnigate get apikeys` shows the roles, docs/resources.md what each may.',
  NOT_FOUND: '`omnigate get KIND` lists what there is; another tenant takes `--tenant NAME`.',
  UNIMPLEMENTED: 'Server and command are of different versions: update both.',
  RESOURCE_EXHAUSTED: 'Send less at once: a request may have 4 MiB.',
  RECIPIENT_OPTED_OUT: 'The customer must write START (or subscribe again) before you may send.',
  WINDOW_CLOSED: 'The customer must write first: `omnigate get channel-types -o yaml` shows the reply rules.',
  REPLY_LIMIT_REACHED:
    'The customer must write first: `omnigate get channel-types -o yaml` shows the reply rules.',
  CONVERSATION_RESOLVED:
    'Send to the address instead: `omnigate send --channel NAME --to ADDRESS --text TEXT`.',
};

/**
 * Says what went wrong and how the process ends.
 *
 * @param error anything that was thrown.
 * @returns text for stderr and the exit code.
 */
export function failureOf(error: unknown): Failure {
  // Commander has written its own message; help and version are no failures.
  if (error instanceof CommanderError)
    return { exitCode: error.exitCode === 0 ? exitCode.done : exitCode.usage, text: '' };
  if (error instanceof CommandError)
    return { exitCode: error.code, text: withHint(error.message, error.hint) };
  if (isAppError(error)) return failureOfServer(error);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: exitCode.refused,
    text: withHint(`a fault of this command: ${reason}`, 'Please report it.'),
  };
}

function failureOfServer(error: AppError): Failure {
  // What the gRPC library says of its attempts helps nobody at a terminal.
  if (error.code === 'UNAVAILABLE')
    return { exitCode: exitCode.unreachable, text: 'the server is not reached' };
  const code = error.code === 'DEADLINE_EXCEEDED' ? exitCode.unreachable : exitCode.refused;
  const hint = hints[error.code] ?? `docs/errors.md says what to do about ${error.code}.`;
  return { exitCode: code, text: withHint(`${error.message} (${error.code})`, hint) };
}

const withHint = (message: string, hint: string): string => (hint === '' ? message : `${message}\n${hint}`);
