import type { ServerResponse } from 'node:http';

/**
 * What goes wrong with one customer-service message.
 * - an errcode: refused with it, as ever with HTTP 200
 * - `bad-gateway`: 502 with an HTML page; not taken
 * - `reset-before`: the connection is reset, nothing was taken; `reset-after`: it was taken
 * - `hang`: taken, never answered
 * - `garbage`: taken, 200 with a body that is no JSON
 */
export type WechatFault = number | 'bad-gateway' | 'reset-before' | 'reset-after' | 'hang' | 'garbage';

/** Whether a message is taken in spite of the fault. */
export function isTaken(fault: WechatFault): boolean {
  return fault === 'reset-after' || fault === 'hang' || fault === 'garbage';
}

/** Answers, or fails to, as the fault says. */
export function commit(fault: WechatFault, response: ServerResponse): void {
  if (typeof fault === 'number') answerJson(response, { errcode: fault, errmsg: 'injected' });
  else if (fault === 'bad-gateway')
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
  else if (fault === 'garbage')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>OK</html>');
  else if (fault !== 'hang') response.socket?.resetAndDestroy();
}

/** Answers as WeChat's API does. */
export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; encoding=utf-8',
      'access-control-allow-origin': '*',
    })
    .end(JSON.stringify(body));
}
