import {
  type AdapterServiceOptions,
  createChannelLog,
  createDeliveries,
  createRegistration,
} from '@omnigate/channel-kit';
import type { RpcService } from '@omnigate/rpc';
import { createSignals, type ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createEmailAdapter } from './email-adapter';
import { createInbound } from './inbound';
import { createMailFiles } from './mail-files';
import { adapterService, emailManifest } from './manifest';
import { createMailReader, type MailReaderOptions } from './parsing/mail-reader';
import { createSmtpConnections } from './smtp/connections';
import { createMailListener, type ListenerConfig } from './smtp/listener';

/** What channel-email needs. */
export interface ChannelEmailOptions extends AdapterServiceOptions {
  listener: ListenerConfig;
  /** Limits of the thread that reads mails; for tests. */
  reader?: Omit<MailReaderOptions, 'logger'>;
}

/** The service, which listens for mail while it runs. */
export interface ChannelEmail extends ServiceApp<RpcService, FastifyInstance> {
  /** `host:port` that reaches its SMTP server from this machine; known once it has started. */
  smtpAddress(): string;
}

/** Makes the channel of e-mail: mail in by SMTP, deliveries out. */
export function createChannelEmail(o: ChannelEmailOptions): ChannelEmail {
  const { bus, database, directory, logger, metrics, state } = o;
  const signals = createSignals(metrics, `${adapterService}.received`);
  const connections = createSmtpConnections();
  const adapter = createEmailAdapter({ database, connections });
  const parts = { adapterService, bus, directory, logger, metrics };
  const deliveries = createDeliveries({
    ...o,
    ...parts,
    adapters: new Map([[emailManifest.type, adapter]]),
    publicUrl: o.publicUrl.replace(/\/+$/, ''),
  });
  const channelLog = createChannelLog(parts);
  const reader = createMailReader({ logger, ...o.reader });
  const inbound = createInbound({
    database,
    bus,
    directory,
    files: createMailFiles(o.media),
    signals,
    recordStatuses: deliveries.recordStatuses,
  });
  const listener = createMailListener({
    config: o.listener,
    directory,
    state,
    reader,
    inbound,
    signals,
    logger,
    refused: (channel, code) =>
      channelLog.record(channel, {
        stage: 'receive',
        code,
        detail: 'A mail was refused, since it can not be read; its sender was told.',
      }),
  });
  const registration = createRegistration({
    manifests: [emailManifest],
    register: (request) => o.registry.registerChannelTypes(request),
    logger,
  });
  let smtpAddress = '';
  return {
    rpc: [],
    smtpAddress: () => smtpAddress,
    async start() {
      await deliveries.start();
      // Not awaited: the directory may start later.
      void registration.start();
      smtpAddress = await listener.start();
    },
    async stop() {
      registration.stop();
      await listener.stop();
      await inbound.drain();
      await reader.stop();
      await deliveries.stop();
      connections.stop();
    },
  };
}
