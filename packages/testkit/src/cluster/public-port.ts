import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Listening, listening } from '@omnigate/service-process';

/** A public port that is ours before anything listens on it for good. */
export interface ClaimedPort {
  port: number;
  /** Lets go of it, for the front door to listen on it. */
  release(): Promise<void>;
}

/**
 * Takes a public port before anything is started for it, so that nobody else has it meanwhile.
 *
 * @param at where, and the variable that says so.
 * @returns the port, a free one for 0.
 * @throws AppError CONFIG_INVALID, naming what to change.
 */
export function claimPublicPort(at: Listening): Promise<ClaimedPort> {
  return listening(at, async (host, port) => {
    const server = createServer((socket) => socket.destroy());
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    let released: Promise<unknown> | undefined;
    return {
      port: typeof address === 'object' && address ? address.port : port,
      async release() {
        released ??= new Promise((resolve) => server.close(resolve));
        await released;
      },
    };
  });
}
