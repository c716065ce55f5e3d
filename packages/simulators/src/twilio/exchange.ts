import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatedMessage } from './messages';

/** Reads a request to its end. */
export function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => done(body));
}

/** Answers as Twilio's API does when it has taken a message, and notes whether anybody was there to be answered. */
export function answerTaken(response: ServerResponse, message: SimulatedMessage, accountSid: string): void {
  message.answered = !response.destroyed;
  const body = JSON.stringify({
    sid: message.sid,
    account_sid: accountSid,
    status: 'queued',
    direction: 'outbound-api',
    to: message.to,
    from: message.from,
    body: message.body,
    error_code: null,
    error_message: null,
    num_segments: '1',
    date_created: new Date(message.acceptedMs).toUTCString(),
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}.json`,
  });
  response.writeHead(201, { 'content-type': 'application/json' }).end(body);
}
