import { Readable } from 'node:stream';
import type { SendResult } from '@omnigate/channel-kit';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type MailRoute, resolveRoute } from './route';
import { type SmtpFailure, sendOutcome } from './send-outcome';

/** A mail as it goes out. */
export interface OutgoingMail {
  from: string;
  to: string;
  /** Headers and body. */
  bytes: Buffer;
}

/** Connections to the servers that take mail; kept open for the next. */
export interface SmtpConnections {
  /** Hands a mail over, once. It never throws. @param signal gives it up */
  deliver(route: MailRoute, mail: OutgoingMail, signal: AbortSignal): Promise<SendResult>;
  stop(): void;
}

const connectMs = 5_000;
const answerMs = 10_000;
const idleMs = 20_000;
const chunkBytes = 64 * 1_024;

interface Open {
  connection: SMTPConnection;
  /** Tells of its end; set by whoever uses it. */
  failed: ((error: SmtpFailure) => void) | undefined;
  closed: boolean;
  timer?: NodeJS.Timeout;
}

/** Makes them. */
export function createSmtpConnections(): SmtpConnections {
  const idle = new Map<string, Open[]>();

  /** One that waits, with its key; the key holds all that makes routes differ, so a changed channel has others. */
  function takeIdle(key: string): Open | undefined {
    for (let open = idle.get(key)?.pop(); open; open = idle.get(key)?.pop()) {
      clearTimeout(open.timer);
      if (!open.closed) return open;
    }
    idle.delete(key);
    return undefined;
  }

  function keep(key: string, open: Open): void {
    open.timer = setTimeout(() => end(open), idleMs);
    open.timer.unref();
    idle.set(key, [...(idle.get(key) ?? []).filter((each) => !each.closed), open]);
  }

  async function handOver(
    key: string,
    open: Open,
    mail: OutgoingMail,
    signal: AbortSignal,
  ): Promise<SendResult> {
    const message = watched(mail.bytes);
    try {
      const { from, to } = mail;
      await step(open, signal, (done) => open.connection.send({ from, to: [to] }, message.stream, done));
      keep(key, open);
      return { kind: 'sent', providerMessageId: '' };
    } catch (error) {
      end(open);
      return sendOutcome(error as SmtpFailure, message.ended());
    }
  }

  return {
    async deliver(route, mail, signal) {
      const key = JSON.stringify(route);
      const kept = takeIdle(key);
      if (kept) {
        const result = await handOver(key, kept, mail, signal);
        // The server had closed it meanwhile: surely nothing was taken, and a new connection may be.
        if (result.kind !== 'retry' || result.code !== 'CONNECTION_FAILED' || signal.aborted) return result;
      }
      try {
        const opened = await connect(route, signal);
        if (opened === 'private') return { kind: 'permanent', code: 'CHANNEL_CONFIG' };
        return await handOver(key, opened, mail, signal);
      } catch (error) {
        return sendOutcome(error as SmtpFailure, false);
      }
    },
    stop() {
      for (const open of [...idle.values()].flat()) end(open);
      idle.clear();
    },
  };
}

function end(open: Open): void {
  clearTimeout(open.timer);
  open.closed = true;
  open.connection.quit();
  open.connection.close();
}

async function connect(route: MailRoute, signal: AbortSignal): Promise<Open | 'private'> {
  const at = await resolveRoute(route);
  if (at === 'private') return at;
  const { port, secure, user, password: pass, name } = route;
  const connection = new SMTPConnection({
    host: at.address,
    port,
    secure,
    name,
    // A password never goes in the clear over a public network.
    requireTLS: user !== '' && !route.privateAllowed,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: answerMs,
    allowInternalNetworkInterfaces: true,
    ...(at.servername === undefined ? {} : { servername: at.servername }),
  });
  const open: Open = { connection, failed: undefined, closed: false };
  connection.on('error', (error: SmtpFailure) => open.failed?.(error));
  connection.on('end', () => {
    open.closed = true;
    open.failed?.({ code: 'ECONNECTION' });
  });
  try {
    await step(open, signal, (done) => connection.connect(done));
    if (user !== '') await step(open, signal, (done) => connection.login({ user, pass }, done));
    return open;
  } catch (error) {
    end(open);
    throw error;
  }
}

/** One step of the dialogue: it ends by its answer, by the end of the connection, or when it is given up. */
function step(
  open: Open,
  signal: AbortSignal,
  act: (done: (error?: SmtpFailure | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: SmtpFailure | null): void => {
      signal.removeEventListener('abort', giveUp);
      open.failed = undefined;
      if (error) reject(error);
      else resolve();
    };
    const giveUp = (): void => settle({ code: 'EABORT' });
    open.failed = settle;
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else act(settle);
  });
}

/** A mail as a stream that knows whether its end has been read: the last dot is written right after. */
function watched(bytes: Buffer): { stream: Readable; ended(): boolean } {
  let at = 0;
  let ended = false;
  const stream = new Readable({
    read() {
      const chunk = bytes.subarray(at, at + chunkBytes);
      at += chunk.length;
      if (chunk.length > 0) this.push(chunk);
      else {
        ended = true;
        this.push(null);
      }
    },
  });
  return { stream, ended: () => ended };
}
