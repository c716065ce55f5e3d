import type { Logger, Part } from '@omnigate/runtime';
import { reachable } from '@omnigate/service-process';
import { prepareNginx } from '../front-door/nginx';
import type { FrontDoorOptions } from '../front-door/nginx-config';
import { httpProbe } from './probe';
import { superviseProcess } from './supervised-process';
import { grpcAddresses, httpAddresses, type Replica } from './topology';

/** What opening the front door needs. */
export interface FrontDoorPartOptions {
  /** For nginx's files. */
  folder: string;
  bind: string;
  httpPort: number;
  grpcPort: number;
  statusPort: number;
  replicas: readonly Replica[];
  logger: Logger;
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
}

const probeTimeoutMs = 5_000;
const stopMs = 5_000;

/**
 * Makes the front door before all services, in two parts: it takes nobody new from the moment in which the stop begins,
 * and what has come is answered through it until the services have stopped.
 *
 * @param o where it listens and what is behind it.
 * @returns the part that starts after the services, and the one that stops after them.
 * @throws Error when there is no nginx.
 */
export function createFrontDoor(o: FrontDoorPartOptions): { opening: Part; closing: Part } {
  const command = prepareNginx(o.folder, doorOptions(o));
  const alive = httpProbe(`http://${reachable(o.bind)}:${o.httpPort}/livez`, probeTimeoutMs);
  const nginx = superviseProcess(
    { name: 'front-door', ...command, env: process.env, cwd: o.folder, ready: alive, alive },
    o,
  );
  return {
    opening: {
      name: 'front door',
      async start() {
        try {
          await nginx.start();
        } catch (error) {
          await nginx.stop(0);
          throw error;
        }
      },
      async stop() {
        nginx.askToStop();
      },
    },
    closing: { name: 'front door, closed', stop: () => nginx.stop(stopMs) },
  };
}

function doorOptions({
  bind,
  httpPort,
  grpcPort,
  statusPort,
  replicas,
}: FrontDoorPartOptions): FrontDoorOptions {
  const host = bind.includes(':') ? `[${bind}]` : bind;
  return {
    http: `${host}:${httpPort}`,
    grpc: `${host}:${grpcPort}`,
    servers: {
      webhooks: httpAddresses(replicas, 'channel-webhooks'),
      web: httpAddresses(replicas, 'channel-web'),
      wechat: httpAddresses(replicas, 'channel-wechat'),
      demo: httpAddresses(replicas, 'demo'),
      operations: [`127.0.0.1:${statusPort}`],
      directory: grpcAddresses(replicas, 'directory'),
      routing: grpcAddresses(replicas, 'routing'),
      bot: grpcAddresses(replicas, 'bot'),
      ticket: grpcAddresses(replicas, 'ticket'),
      analytics: grpcAddresses(replicas, 'analytics'),
      integration: grpcAddresses(replicas, 'integration'),
    },
  };
}
