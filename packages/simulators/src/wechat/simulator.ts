import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WechatAccount } from './account';
import { type ApiCall, createApi } from './api';
import { createControl } from './control';
import type { WechatFault } from './faults';
import { createSimulatedMedia } from './media';
import { RefusedReply, readPassiveReply } from './passive-reply';
import { createPusher, type PreparedPush, type PushAnswer, type PushChange } from './pusher';
import { createChats, outOfOrder, type ShownMessage, shownWords } from './shown';
import { createSimulatedTokens } from './tokens';
import { pushXml, type UserInput } from './user-input';
import { createWindows } from './windows';

/** How the simulator behaves. */
export interface WechatSimulatorOptions extends Partial<WechatAccount> {
  /** Where pushes go; may be set later. */
  webhookUrl?: string;
  /** ms after which an attempt is given up and made again; default 5,000. */
  attemptMs?: number;
  /** Life of an access token; default 7,200 s. */
  tokenSeconds?: number;
  /** ms before an API call is answered; default 0. */
  latencyMs?: number;
  port?: number;
}

/** What became of what a follower did. */
export interface Pushed {
  /** Every attempt: an answer, or why there was none. */
  attempts: (PushAnswer | { error: string })[];
  /** The passive reply that was shown. */
  reply: ShownMessage['content'] | undefined;
  /** Why WeChat told the follower that the account is out of order; empty otherwise. */
  refused: string;
}

/** WeChat, as an Official Account and its followers see it, on a loopback port. */
export interface WechatSimulator {
  /** For `api_base_url`. */
  url: string;
  webhookUrl: string;
  account: WechatAccount;
  /** Calls of the API, in order. */
  calls: ApiCall[];
  /** Stable tokens that were asked for. */
  tokenCounts: { issued: number; forced: number };
  /** A follower does something; WeChat pushes it, again when it is not answered, three times at most. */
  does(openId: string, input: UserInput): Promise<Pushed>;
  /** A follower writes a text. */
  writes(openId: string, text: string): Promise<Pushed>;
  /** A follower sends a file. */
  sends(
    openId: string,
    type: 'image' | 'voice' | 'video',
    file: { contentType: string; bytes: Buffer },
  ): Promise<Pushed>;
  /** The XML of a push, to be sent by `attempt`. */
  xml(openId: string, input: UserInput): string;
  /** A follower does something, of which the caller makes the push. */
  prepares(openId: string, input: UserInput, change?: PushChange): PreparedPush;
  /** Shows what a push of the caller's was answered. @throws Error for all that WeChat can't show */
  answered(openId: string, body: string): void;
  /** One push, as it is told. @param url default: `webhookUrl` */
  attempt(xml: string, change?: PushChange, url?: string): Promise<PushAnswer>;
  /** Verifies the URL, as saving the server configuration does. @returns whether it may be saved */
  verify(change?: PushChange): Promise<boolean>;
  /** The chat of a follower. @param after only what came after this seq */
  shown(openId: string, after?: number): ShownMessage[];
  /** What the account said to a follower, as texts. */
  texts(openId: string): string[];
  /** The next customer-service messages go wrong like this, in order. @param match only those whose body contains it */
  fault(fault: WechatFault, match?: string): void;
  /** Moves the clock of windows, tokens and files. */
  advance(ms: number): void;
  /** Ends the access token, as another program's forced refresh does. */
  invalidateToken(): void;
  stop(): Promise<void>;
}

const attemptsAtMost = 3;
const defaults: WechatAccount = {
  appId: 'wxb11529c136998cb6',
  appSecret: 'secret-of-the-simulator',
  token: 'token-of-the-simulator',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  originalId: 'gh_7f083739789a',
};

/** Starts a simulator of WeChat. */
export async function createWechatSimulator(o: WechatSimulatorOptions = {}): Promise<WechatSimulator> {
  const { appId, appSecret, token, encodingAesKey, originalId } = { ...defaults, ...o };
  const account = { appId, appSecret, token, encodingAesKey, originalId };
  let aheadMs = 0;
  let lastMsgId = BigInt(Date.now()) * 1_000_000n;
  const now = () => Date.now() + aheadMs;
  const chats = createChats();
  const media = createSimulatedMedia(now);
  const windows = createWindows(now);
  const tokens = createSimulatedTokens({ account, seconds: o.tokenSeconds ?? 7_200, now });
  const api = createApi({ chats, media, windows, tokens, url: () => simulator.url });
  const pusher = createPusher(account, { attemptMs: o.attemptMs ?? 5_000 });
  const underWay = new Set<Promise<unknown>>();

  function xml(openId: string, input: UserInput): string {
    lastMsgId += 1n;
    return pushXml(input, {
      to: account.originalId,
      from: openId,
      createTime: Math.floor(Date.now() / 1_000),
      msgId: String(lastMsgId),
      picUrl: (mediaId) => `${simulator.url}/simulator/files/${mediaId}`,
    });
  }

  async function push(openId: string, body: string): Promise<Pushed> {
    const pushed: Pushed = { attempts: [], reply: undefined, refused: 'no answer' };
    while (pushed.attempts.length < attemptsAtMost) {
      try {
        const answer = await pusher.attempt(simulator.webhookUrl, body);
        pushed.attempts.push(answer);
        if (answer.status !== 200) continue;
        pushed.reply = readPassiveReply(account, openId, answer.body);
        return { ...pushed, refused: '' };
      } catch (error) {
        if (error instanceof RefusedReply) return { ...pushed, refused: error.message };
        pushed.attempts.push({ error: String(error) });
      }
    }
    return pushed;
  }

  function begin(openId: string, input: UserInput): string {
    windows.came(openId, input);
    chats.show(openId, 'user', { ...input });
    return xml(openId, input);
  }

  async function does(openId: string, input: UserInput): Promise<Pushed> {
    const pushed = await push(openId, begin(openId, input));
    if (pushed.refused) chats.show(openId, 'system', { type: 'text', text: outOfOrder });
    else if (pushed.reply) chats.show(openId, 'passive', pushed.reply);
    return pushed;
  }

  const simulator: WechatSimulator = {
    url: '',
    webhookUrl: o.webhookUrl ?? '',
    account,
    calls: api.calls,
    tokenCounts: tokens.counts,
    does(openId, input) {
      const work = does(openId, input);
      const done: Promise<unknown> = work.finally(() => underWay.delete(done));
      underWay.add(done);
      return work;
    },
    writes: (openId, text) => simulator.does(openId, { type: 'text', text }),
    sends: (openId, type, file) => simulator.does(openId, { type, mediaId: media.add(file) }),
    xml,
    prepares: (openId, input, change) => pusher.prepare(simulator.webhookUrl, begin(openId, input), change),
    answered(openId, body) {
      const reply = readPassiveReply(account, openId, body);
      if (reply) chats.show(openId, 'passive', reply);
    },
    attempt: (body, change, url = simulator.webhookUrl) => pusher.attempt(url, body, change),
    async verify(change) {
      const answer = await pusher.verify(simulator.webhookUrl, change);
      return answer.status === 200 && answer.body === answer.echo;
    },
    shown: chats.of,
    texts: (openId) =>
      chats.said
        .filter((each) => each.openId === openId)
        .map(({ message: { content } }) => shownWords(content)),
    fault: api.fault,
    advance: (ms) => {
      aheadMs += ms;
    },
    invalidateToken: tokens.invalidate,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pusher.close();
      await Promise.allSettled(underWay);
    },
  };
  const control = createControl({ simulator, chats, media, peakInFlight: () => api.peakInFlight() });

  const server = createServer((request, response) => {
    readBody(request, (body) => {
      const answer = () => {
        if (!control(request, response, body)) api.handle(request, response, body);
      };
      if (o.latencyMs && request.url?.startsWith('/cgi-bin/')) setTimeout(answer, o.latencyMs);
      else answer();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port ?? 0, '127.0.0.1', resolve);
  });
  simulator.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return simulator;
}

/** Answers one request of a server. */
export type Handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks)));
}
