import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedChannel } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { isAppError } from '@omnigate/errors';
import type { Logger, Signals } from '@omnigate/runtime';
import { createFurtherSockets, listening, reachable } from '@omnigate/service-process';
import type { State } from '@omnigate/state';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { normalAddress } from '../domain/addresses';
import { UnreadableMail } from '../domain/mail';
import type { Inbound } from '../inbound';
import { emailManifest } from '../manifest';
import type { MailReader } from '../parsing/mail-reader';
import { type AdmissionLimits, createAdmission, defaultLimits } from './admission';
import { collectMail, createMemoryBudget, tooLarge } from './memory-budget';
import { notNow, SmtpRefusal } from './refusal';

/** Where and how mail is listened for. */
export interface ListenerConfig {
  /** `OMNIGATE_BIND`. */
  host: string;
  /** `OMNIGATE_SMTP_PORT`; 0 takes a free one. */
  port: number;
  /** By which the server greets. */
  name: string;
  /** Of one mail. */
  maxBytes: number;
  /** PEM; without them there is no STARTTLS. */
  tls?: { cert: Buffer; key: Buffer } | undefined;
  limits?: AdmissionLimits;
}

/** What the listener stands on. */
export interface ListenerDeps {
  config: ListenerConfig;
  directory: Pick<DirectoryCache, 'channelByAddress'>;
  state: Pick<State, 'takeTokens'>;
  reader: Pick<MailReader, 'read'>;
  inbound: Pick<Inbound, 'accept'>;
  signals: Pick<Signals, 'failed'>;
  logger: Logger;
  /** Tells the operator of a channel what was refused, and why. */
  refused(channel: ResolvedChannel, code: string): void;
}

/** The SMTP server for mail that comes. */
export interface MailListener {
  /** @returns `host:port` that reaches it from this machine. @throws AppError CONFIG_INVALID, naming what to change */
  start(): Promise<string>;
  /** Takes no new connections, and lets mails that are under way come to their end. */
  stop(): Promise<void>;
}

const maxConnections = 200;
const idleMs = 60_000;
const closeMs = 5_000;
const maxRecipients = 50;
/** Whoever asks for more addresses that are none is looking for some. */
const maxWrongRecipients = 5;
const budgetBytes = 128 * 1_048_576;
const rawBytes = 64 * 1_024;
const unknownRecipient = '5.1.1 no such mailbox here';
/** 421 ends the connection: where the rest of the mail begins, nobody could tell. */
const tooSlow = (): SmtpRefusal => new SmtpRefusal(421, '4.4.2 the mail came too slowly');

type Callback = (error?: Error | null, message?: string) => void;

/** Makes the listener. */
export function createMailListener(deps: ListenerDeps): MailListener {
  const { config, logger } = deps;
  const limits = config.limits ?? defaultLimits;
  const admission = createAdmission(deps.state, limits);
  const budget = createMemoryBudget(Math.max(budgetBytes, config.maxBytes));
  const wrongRecipients = new Map<string, number>();

  /** What a handler came to, as smtp-server wants it. */
  function answer(work: Promise<unknown> | (() => unknown), callback: Callback): void {
    const done = typeof work === 'function' ? (async () => work())() : work;
    done.then(
      () => callback(null),
      (error: unknown) => callback(refusalOf(error)),
    );
  }

  function refusalOf(error: unknown): SmtpRefusal {
    if (error instanceof SmtpRefusal) return error;
    if (error instanceof UnreadableMail)
      return new SmtpRefusal(554, `5.6.0 the mail can not be read: ${error.reason}`);
    if (isAppError(error, 'PAYLOAD_MALFORMED') || isAppError(error, 'RECORD_TOO_LARGE'))
      return new SmtpRefusal(554, '5.6.0 the mail can not be read');
    logger.warn({ err: error }, 'mail was not taken');
    return notNow();
  }

  async function recipient(address: string, session: SMTPServerSession): Promise<void> {
    if (await channelOf(address)) return;
    const wrong = (wrongRecipients.get(session.id) ?? 0) + 1;
    wrongRecipients.set(session.id, wrong);
    if (wrong > maxWrongRecipients) throw new SmtpRefusal(421, '4.7.0 too many mailboxes that are not here');
    throw new SmtpRefusal(550, unknownRecipient);
  }

  /** Known or not, every address is looked up in the same way. */
  const channelOf = async (address: string): Promise<ResolvedChannel | undefined> =>
    deps.directory.channelByAddress(emailManifest.type, normalAddress(address) ?? address);

  async function channelsOf(session: SMTPServerSession): Promise<ResolvedChannel[]> {
    const found = await Promise.all(session.envelope.rcptTo.map(({ address }) => channelOf(address)));
    return [...new Map(found.flatMap((channel) => (channel ? [[channel.id, channel]] : []))).values()];
  }

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const receivedTime = new Date();
    const slow = setTimeout(() => stream.destroy(tooSlow()), limits.mailMs);
    const mail = await collectMail(stream, { maxBytes: config.maxBytes, budget }).finally(() =>
      clearTimeout(slow),
    );
    try {
      const channels = await channelsOf(session);
      if (channels.length === 0) throw new SmtpRefusal(550, unknownRecipient);
      await store(mail.raw, { channels, receivedTime, from: session.envelope.mailFrom || undefined });
    } finally {
      mail.release();
    }
  }

  async function store(
    bytes: Uint8Array<ArrayBuffer>,
    o: { channels: ResolvedChannel[]; receivedTime: Date; from: { address: string } | undefined },
  ): Promise<void> {
    const { channels, receivedTime } = o;
    const raw = Buffer.from(bytes.slice(0, rawBytes));
    try {
      const mail = await deps.reader.read(bytes, { from: o.from?.address ?? '' });
      await deps.inbound.accept({ mail, channels, raw, receivedTime });
    } catch (error) {
      if (error instanceof UnreadableMail) {
        deps.signals.failed('parse');
        for (const channel of channels) deps.refused(channel, error.reason);
      }
      throw error;
    }
  }

  const server = new SMTPServer({
    name: config.name,
    banner: 'Omnigate',
    size: config.maxBytes,
    rejectOversized: true,
    maxClients: maxConnections,
    maxRecipients,
    socketTimeout: idleMs,
    closeTimeout: closeMs,
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: config.tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    maxAllowedUnauthenticatedCommands: 1_000,
    ...config.tls,
    onConnect: (session, callback) =>
      answer(() => admission.connected(session.id, session.remoteAddress), callback),
    onClose(session) {
      admission.closed(session.id);
      wrongRecipients.delete(session.id);
    },
    onMailFrom(address, session, callback) {
      const announced = Number(address.args ? address.args.SIZE : undefined);
      const work =
        announced > config.maxBytes
          ? Promise.reject(tooLarge(config.maxBytes))
          : admission.mail(session.remoteAddress, address.address.toLowerCase());
      answer(work, callback);
    },
    onRcptTo: (address, session, callback) => answer(recipient(address.address, session), callback),
    onData: (stream, session, callback) => answer(take(stream, session), callback),
  });
  const further = createFurtherSockets(server.server);
  const portOf = (wanted: number): number => {
    const address = server.server.address();
    return typeof address === 'object' && address ? address.port : wanted;
  };
  // Of single connections: a client that went away, a handshake that failed.
  server.on('error', (err: Error) => logger.debug({ err }, 'an SMTP connection failed'));

  return {
    async start() {
      const at = { host: config.host, port: config.port, variable: 'OMNIGATE_SMTP_PORT' };
      await listening(at, (host, port) =>
        further.listen(host, port, async (options) => {
          server.server.listen(options);
          await once(server.server, 'listening');
          return portOf(port);
        }),
      );
      return `${reachable(config.host)}:${portOf(config.port)}`;
    },
    async stop() {
      const own = new Promise<void>((resolve) => server.close(() => resolve()));
      const late = new AbortController();
      await Promise.all([
        own,
        Promise.race([further.close(), sleep(closeMs, undefined, { signal: late.signal })]),
      ]).finally(() => late.abort());
      // What own does not wait for.
      for (const connection of server.connections) connection.close();
    },
  };
}
