import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Caller, createCaller, type RequestChange, type WebhookAnswer } from './callbacks';
import { answerTaken, readBody } from './exchange';
import { answerError, commit, isTaken, type TwilioFault } from './faults';
import { createAccountFiles, type GotFile, getFile, type InboundFile } from './media';
import { consentOf, refusalOf, type SimulatedMessage } from './messages';

/** How the simulator behaves. */
export interface TwilioSimulatorOptions {
  accountSid: string;
  authToken: string;
  /** Numbers and messaging services that the account owns; default: any. */
  senders?: string[];
  /** Sends a second before 429; default: no limit. */
  maxPerSecond?: number;
  /** Status callbacks of each taken message, in order; default none. */
  callbacks?: string[];
  /** Each callback comes so often; default 1. */
  callbackRepeats?: number;
  /** Callbacks come in reverse. */
  reorderCallbacks?: boolean;
  /** ms before a send is answered; default 0. */
  latencyMs?: number;
  /** ms between taking a message and answering so, in which its callbacks may come; default 0. */
  answerDelayMs?: number;
  port?: number;
}

/** A customer's message to one of the account's numbers. */
export interface InboundText {
  /** Where Twilio posts it; signed as it is. */
  url: string;
  from: string;
  to?: string;
  body?: string;
  /** Files of the account, or links to any. */
  media?: InboundFile[];
  messageSid?: string;
  /** Further or other fields. */
  params?: Record<string, string | string[]>;
  /** So many requests at the same moment; default 1. */
  copies?: number;
  change?: RequestChange;
}

/** One HTTP request to the send API. */
export interface SendAttempt {
  to: string;
  body: string;
  /** Unix ms. */
  atMs: number;
}

/** Twilio's Messaging API on a loopback port. */
export interface TwilioSimulator {
  /** For `api_base_url`. */
  url: string;
  /** Messages taken, in order. */
  messages: SimulatedMessage[];
  /** Requests to the send API, taken or not. */
  attempts: SendAttempt[];
  /** Files of taken messages, got by their links, in order. */
  gotFiles: GotFile[];
  /** Sends on the wire at once, at most. */
  peakInFlight: number;
  /** The next sends go wrong like this, in order. @param match only of messages whose text contains it */
  fault(fault: TwilioFault, match?: string): void;
  /** A customer writes; STOP words make Twilio itself refuse later sends, START words take that back. */
  inbound(text: InboundText): Promise<WebhookAnswer[]>;
  /** A status callback for a message, as Twilio signs it. */
  status(
    message: Pick<SimulatedMessage, 'sid' | 'to' | 'from' | 'statusCallback'>,
    status: string,
    errorCode?: string,
  ): Promise<WebhookAnswer>;
  /** Sends to this customer are refused with 21610. */
  optOut(from: string, to: string): void;
  /** Other credentials from now on. */
  rotate(authToken: string): void;
  /** Resolves when no callback is under way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

// Not Twilio's: for a load generator in another process.
const statsPath = /^\/simulator\/stats(?:\?since=(\d+))?$/;
const messagesPath = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages\.json$/;

/** A sid as Twilio's: two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

/** Starts a simulator of Twilio's Messaging API. */
export async function createTwilioSimulator(o: TwilioSimulatorOptions): Promise<TwilioSimulator> {
  const messages: SimulatedMessage[] = [];
  const attempts: SendAttempt[] = [];
  const files = createAccountFiles();
  const gotFiles: GotFile[] = [];
  const faults: { fault: TwilioFault; match?: string }[] = [];
  const optedOut = new Set<string>();
  const senders = new Set(o.senders);
  const underWay = new Set<Promise<unknown>>();
  const budget = { second: 0, left: 0 };
  let authToken = o.authToken;
  let caller: Caller = createCaller(authToken);
  let inFlight = 0;

  const server = createServer((request, response) => {
    inFlight += 1;
    simulator.peakInFlight = Math.max(simulator.peakInFlight, inFlight);
    response.on('close', () => {
      inFlight -= 1;
    });
    readBody(request, (body) => {
      if (o.latencyMs) setTimeout(() => handle(request, response, body), o.latencyMs);
      else handle(request, response, body);
    });
  });

  function handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const since = statsPath.exec(request.url ?? '');
    if (since) {
      answerStats(response, Number(since[1] ?? 0));
      return;
    }
    const { authorization } = request.headers;
    const credentials = `Basic ${Buffer.from(`${o.accountSid}:${authToken}`).toString('base64')}`;
    if (files.answer(response, { path: request.url ?? '', authorization, credentials })) return;
    const account = messagesPath.exec(request.url ?? '')?.[1];
    if (request.method !== 'POST' || account === undefined) {
      answerError(response, {
        status: 404,
        code: 20404,
        message: 'The requested resource was not found',
      });
      return;
    }
    const form = new URLSearchParams(body);
    const text = form.get('Body') ?? '';
    attempts.push({ to: form.get('To') ?? '', body: text, atMs: Date.now() });
    const rules = { accountSid: o.accountSid, authToken, senders, optedOut };
    const refusal =
      refusalOf(rules, {
        authorization,
        account: decodeURIComponent(account),
        form,
      }) ?? throttled();
    const fault = refusal ? undefined : nextFault(text);
    const message = refusal || (fault && !isTaken(fault)) ? undefined : accept(form);
    if (refusal) answerError(response, refusal);
    else if (fault) commit(fault, response);
    else if (message) answerLater(() => answerTaken(response, message, o.accountSid));
    if (message) follow(carry(message));
  }

  function answerStats(response: ServerResponse, since: number): void {
    const { peakInFlight: peak_in_flight } = simulator;
    const counts = { attempts: attempts.length, messages: messages.length, peak_in_flight };
    const records = attempts.slice(since).map(({ to, body, atMs }) => [to, body, atMs]);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ...counts, records }));
  }

  function answerLater(answer: () => void): void {
    if (o.answerDelayMs) setTimeout(answer, o.answerDelayMs);
    else answer();
  }

  function throttled() {
    const second = Math.floor(Date.now() / 1_000);
    if (budget.second !== second)
      Object.assign(budget, { second, left: o.maxPerSecond ?? Number.POSITIVE_INFINITY });
    budget.left -= 1;
    return budget.left < 0 ? { status: 429, code: 20429, message: 'Too Many Requests' } : undefined;
  }

  function nextFault(text: string): TwilioFault | undefined {
    const index = faults.findIndex(({ match }) => match === undefined || text.includes(match));
    return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
  }

  function accept(form: URLSearchParams): SimulatedMessage {
    const message = {
      sid: newSid('SM'),
      to: form.get('To') ?? '',
      from: form.get('MessagingServiceSid') ?? form.get('From') ?? '',
      body: form.get('Body') ?? '',
      mediaUrls: form.getAll('MediaUrl'),
      statusCallback: form.get('StatusCallback') ?? '',
      acceptedMs: Date.now(),
      answered: false,
    };
    messages.push(message);
    return message;
  }

  /** Files are got after the answer; a message whose file can't be had, or be carried, fails. */
  async function carry(message: SimulatedMessage): Promise<void> {
    const got = await Promise.all(message.mediaUrls.map(getFile));
    gotFiles.push(...got);
    const failure = got.find(({ errorCode }) => errorCode !== '')?.errorCode;
    if (!failure) return callBack(message);
    if (message.statusCallback !== '')
      await simulator.status(message, 'failed', failure).catch(() => undefined);
  }

  async function callBack(message: SimulatedMessage): Promise<void> {
    if (message.statusCallback === '' || !o.callbacks) return;
    const order = o.reorderCallbacks ? [...o.callbacks].reverse() : o.callbacks;
    for (const status of order) {
      for (let time = 0; time < (o.callbackRepeats ?? 1); time += 1) {
        await simulator.status(message, status).catch(() => undefined);
      }
    }
  }

  function follow(work: Promise<unknown>): void {
    const done: Promise<unknown> = work.finally(() => underWay.delete(done));
    underWay.add(done);
  }

  function noteConsent(from: string, to: string, body: string): void {
    const consent = consentOf(body);
    if (consent === 'stop') optedOut.add(`${to}|${from}`);
    if (consent === 'start') optedOut.delete(`${to}|${from}`);
  }

  const simulator: TwilioSimulator = {
    url: '',
    messages,
    attempts,
    gotFiles,
    peakInFlight: 0,
    fault: (fault, match) => {
      faults.push(match === undefined ? { fault } : { fault, match });
    },
    async inbound(text) {
      const { from, to = '+14155550100', body = '', media = [], url, copies = 1 } = text;
      noteConsent(from, to, body);
      const sid = text.messageSid ?? newSid(media.length > 0 ? 'MM' : 'SM');
      const messageUrl = `${simulator.url}/2010-04-01/Accounts/${o.accountSid}/Messages/${sid}`;
      const params: Record<string, string | string[]> = {
        ToCountry: 'US',
        SmsMessageSid: sid,
        NumMedia: String(media.length),
        SmsSid: sid,
        SmsStatus: 'received',
        Body: body,
        To: to,
        NumSegments: '1',
        MessageSid: sid,
        AccountSid: o.accountSid,
        From: from,
        ApiVersion: '2010-04-01',
        ...files.fields(messageUrl, media),
        ...text.params,
      };
      return Promise.all(Array.from({ length: copies }, () => caller.post(url, params, text.change)));
    },
    status: (message, status, errorCode) =>
      caller.post(message.statusCallback, {
        SmsSid: message.sid,
        SmsStatus: status,
        MessageStatus: status,
        To: message.to,
        MessageSid: message.sid,
        AccountSid: o.accountSid,
        From: message.from,
        ApiVersion: '2010-04-01',
        ...(errorCode ? { ErrorCode: errorCode } : {}),
      }),
    optOut: (from, to) => {
      optedOut.add(`${from}|${to}`);
    },
    rotate: (token) => {
      authToken = token;
      caller = createCaller(token);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await simulator.settled();
      await caller.close();
    },
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port ?? 0, '127.0.0.1', resolve);
  });
  simulator.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return simulator;
}
