import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { type ParsedMail, parseMail } from './parsed-mail';

/** A mail that the provider has taken, as the customer's mail program would show it. */
export interface MailAtProvider extends ParsedMail {
  /** Of the envelope. */
  envelope: { from: string; to: string[] };
  atMs: number;
}

/** What the provider does instead of taking the next mail. */
export interface MailFault {
  /** At which command. */
  at: 'mail' | 'rcpt' | 'data';
  /** Its answer; absent: it has the mail, and the connection ends without an answer. */
  code?: number;
}

/** How the provider is. */
export interface MailProviderOptions {
  /** Who may send; absent: anybody. */
  credentials?: { user: string; password: string };
}

/** A mail provider's server for outgoing mail, on this machine. */
export interface MailProvider {
  host: string;
  port: number;
  /** Taken, oldest first. */
  mails: MailAtProvider[];
  /** Sends refused or broken by a fault. */
  faults: number;
  /** Does that with the next mail, then with the one after for the next call. */
  failNext(fault: MailFault): void;
  /** Other credentials work from now on. */
  setCredentials(credentials: { user: string; password: string }): void;
  stop(): Promise<void>;
}

class Refusal extends Error {
  constructor(readonly responseCode: number) {
    super(`answered with ${responseCode} as told`);
  }
}

/**
 * Starts a provider on a free port.
 *
 * @param options who may send.
 * @returns the provider; the caller stops it.
 */
export async function startMailProvider(options: MailProviderOptions = {}): Promise<MailProvider> {
  let { credentials } = options;
  const pending: MailFault[] = [];

  /** The fault of this command, if the next one is its. */
  function faultAt(at: MailFault['at']): MailFault | undefined {
    if (pending[0]?.at !== at) return undefined;
    provider.faults += 1;
    return pending.shift();
  }

  const refuse = (at: MailFault['at'], callback: (error?: Error | null) => void): void => {
    const fault = faultAt(at);
    callback(fault ? new Refusal(fault.code ?? 451) : null);
  };

  const server = new SMTPServer({
    name: 'provider.example',
    authOptional: !credentials,
    allowInsecureAuth: true,
    disabledCommands: credentials ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onAuth(auth, _session, callback) {
      const right = auth.username === credentials?.user && auth.password === credentials?.password;
      if (right) callback(null, { user: auth.username });
      else callback(new Refusal(535));
    },
    onMailFrom: (_address, _session, callback) => refuse('mail', callback),
    onRcptTo: (_address, _session, callback) => refuse('rcpt', callback),
    async onData(stream, session, callback) {
      const raw = await buffer(stream);
      const fault = faultAt('data');
      if (fault?.code) return callback(new Refusal(fault.code));
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
      provider.mails.push({ ...(await parseMail(raw)), envelope, atMs: Date.now() });
      if (!fault) return callback(null);
      for (const connection of server.connections) if (connection.id === session.id) connection.close();
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');

  const provider: MailProvider = {
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    faults: 0,
    failNext: (fault) => void pending.push(fault),
    setCredentials(next) {
      credentials = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of server.connections) connection.close();
      }),
  };
  return provider;
}
