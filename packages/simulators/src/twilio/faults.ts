import type { ServerResponse } from 'node:http';

/**
 * What goes wrong with one send.
 * - `server-error`: 500 with Twilio's own error body
 * - `bad-gateway`: 502 with an HTML page; `bad-gateway-after`: the same, but the message was taken
 * - `reset-before`: the connection is reset, nothing was taken; `reset-after`: it was taken
 * - `hang`: taken, never answered; `hang-before`: not taken, never answered
 * - `garbage`: taken, 200 with a body that is no JSON
 * - a Twilio code: refused with it
 */
export type TwilioFault =
  | 'server-error'
  | 'bad-gateway'
  | 'bad-gateway-after'
  | 'reset-before'
  | 'reset-after'
  | 'hang'
  | 'hang-before'
  | 'garbage'
  | { code: number; status?: number; retryAfterSeconds?: number };

/** Whether a message is taken in spite of the fault. */
export function isTaken(fault: TwilioFault): boolean {
  return fault === 'bad-gateway-after' || fault === 'reset-after' || fault === 'hang' || fault === 'garbage';
}

/** Answers, or fails to, as the fault says. */
export function commit(fault: TwilioFault, response: ServerResponse): void {
  if (typeof fault === 'object') {
    const { code, status = 400, retryAfterSeconds } = fault;
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    answerError(response, { status, code, message: 'Injected' });
  } else if (fault === 'server-error') {
    answerError(response, { status: 500, code: 20500, message: 'Internal Server Error' });
  } else if (fault === 'bad-gateway' || fault === 'bad-gateway-after') {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
  } else if (fault === 'reset-before' || fault === 'reset-after') {
    response.socket?.resetAndDestroy();
  } else if (fault === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>OK</html>');
  }
}

/** Answers as Twilio's API does when it refuses. */
export function answerError(
  response: ServerResponse,
  { status, code, message }: { status: number; code: number; message: string },
): void {
  const body = JSON.stringify({
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
