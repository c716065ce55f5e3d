import { get } from 'node:http';
import { connect } from 'node:net';

/** Asks a process whether it is well; never throws. */
export type Probe = () => Promise<boolean>;

/**
 * Asks over HTTP. Not by fetch: while a cluster starts, many ask processes that are not there yet, and a failure of fetch
 * costs some ms of CPU.
 *
 * @param url such as http://127.0.0.1:1234/readyz.
 * @param timeoutMs an answer that comes later is none.
 * @returns whether the answer is 200.
 */
export const httpProbe =
  (url: string, timeoutMs: number): Probe =>
  () =>
    new Promise((resolve) => {
      const options = { agent: false, signal: AbortSignal.timeout(timeoutMs) };
      get(url, options, (response) => {
        response.resume().on('error', () => undefined);
        resolve(response.statusCode === 200);
      }).on('error', () => resolve(false));
    });

/**
 * Connects to a loopback port.
 *
 * @param port of the process.
 * @returns whether it takes connections.
 */
export const portProbe =
  (port: number): Probe =>
  () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
