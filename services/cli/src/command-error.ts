/** How the process ends; design §7. */
export const exitCode = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

/** A command that could not be done, with what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /**
   * @param message what is wrong; may have several lines.
   * @param code one of exitCode.
   * @param hint what to do next; empty where the message says it.
   */
  constructor(
    message: string,
    readonly code: number = exitCode.refused,
    readonly hint: string = '',
  ) {
    super(message);
  }
}

/**
 * A command that was written wrongly.
 *
 * @param message what is wrong with it.
 * @param hint what to write instead.
 * @returns the error, to be thrown.
 */
export const usageError = (message: string, hint = ''): CommandError =>
  new CommandError(message, exitCode.usage, hint);
