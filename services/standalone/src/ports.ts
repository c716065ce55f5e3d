import type { ChannelEmail } from '@omnigate/channel-email';
import type { Addresses } from '@omnigate/installation';
import type { RpcServer } from '@omnigate/rpc';
import type { Health, Part } from '@omnigate/runtime';
import { listenGrpc, listenHttp } from '@omnigate/service-process';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config';

/** Listens for mail, and notes where. */
export function mailPart(email: ChannelEmail, addresses: Addresses): Part {
  return {
    name: 'channel-email',
    async start() {
      await email.start();
      addresses.smtpAddress = email.smtpAddress();
    },
    stop: () => email.stop(),
  };
}

/** Listens for gRPC, and notes where. */
export function grpcPart(rpc: RpcServer, config: Config, addresses: Addresses, health: Health): Part {
  return {
    name: 'gRPC',
    async start() {
      addresses.grpcAddress = await listenGrpc(rpc, config);
    },
    async stop() {
      health.setStopping();
      await rpc.stop();
    },
  };
}

/** Listens for HTTP, and notes where. */
export function httpPart(http: FastifyInstance, config: Config, addresses: Addresses): Part {
  return {
    name: 'HTTP',
    async start() {
      addresses.httpUrl = `http://${await listenHttp(http, config)}`;
    },
    stop: () => http.close(),
  };
}
