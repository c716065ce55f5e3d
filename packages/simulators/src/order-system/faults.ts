import type { ServerResponse } from 'node:http';

/**
 * What goes wrong while it lasts.
 * - `hang`: the request is never answered
 * - `server-error`: 500 with a page
 * - `garbage`: 200 with a body that is no JSON
 * - `huge`: 200 with a body that does not end by itself
 * - `redirect`: 302 to the cloud's address for credentials
 */
export type OrderSystemFault = 'hang' | 'server-error' | 'garbage' | 'huge' | 'redirect';

/** The names of all faults, for a command line. */
export const orderSystemFaults: readonly OrderSystemFault[] = [
  'hang',
  'server-error',
  'garbage',
  'huge',
  'redirect',
];

const chunk = Buffer.alloc(64 * 1024, ' ');

/**
 * Answers, or fails to, as the fault says.
 *
 * @param fault what goes wrong
 * @param response of the request that it hits
 */
export function commitFault(fault: OrderSystemFault, response: ServerResponse): void {
  if (fault === 'server-error') response.writeHead(500).end('<h1>Internal Server Error</h1>');
  if (fault === 'garbage')
    response.writeHead(200, { 'content-type': 'application/json' }).end('<html>OK</html>');
  if (fault === 'redirect')
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
  if (fault === 'huge') writeOn(response.writeHead(200, { 'content-type': 'application/json' }));
}

/** Writes as fast as it is read, until the reader has had enough. */
function writeOn(response: ServerResponse): void {
  let more = true;
  while (more && !response.destroyed) more = response.write(chunk);
  if (!response.destroyed) response.once('drain', () => writeOn(response));
}
