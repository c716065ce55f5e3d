import { AppError } from '@omnigate/errors';

/** Where a server was to listen, and the variable that says so. */
export interface Listening {
  host: string;
  port: number;
  /** Such as OMNIGATE_HTTP_PORT. */
  variable: string;
}

const reasons: Record<string, (at: Listening) => string> = {
  EADDRINUSE: ({ port, variable }) =>
    `port ${port} is in use: stop what listens there, or set ${variable} to another`,
  EACCES: ({ port, variable }) =>
    `this user may not listen on port ${port}: set ${variable} to one above 1023`,
  EADDRNOTAVAIL: ({ host }) => `OMNIGATE_BIND: ${host} is no address of this machine`,
  ENOTFOUND: ({ host }) => `OMNIGATE_BIND: ${host} is no address of this machine`,
};

/**
 * Starts to listen, and says what to change where that is not possible.
 *
 * @param at where.
 * @param listen starts to listen there.
 * @returns what `listen` returns.
 * @throws AppError CONFIG_INVALID for a port that is taken or not allowed and for an address of another machine; else
 *   what `listen` threw.
 */
export async function listening<Bound>(
  at: Listening,
  listen: (host: string, port: number) => Promise<Bound>,
): Promise<Bound> {
  try {
    return await listen(at.host, at.port);
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? '']?.(at);
    if (reason === undefined) throw error;
    throw new AppError('CONFIG_INVALID', { reason }, { cause: error });
  }
}
