import { randomBytes } from 'node:crypto';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import { freshDatabase } from '../database/fresh-database';
import { grpcPaths, httpPaths, type PathRow, type Upstream } from '../front-door/paths';
import { type FrontDoor, openGrpcDoor, openHttpDoor } from './front-door';
import { type ServiceName, type ServiceProcess, startService } from './service-process';

/** How to launch. */
export interface ClusterOptions {
  /** Added to the environment of every service. */
  env?: Record<string, string>;
  /** Processes of each service; default 1. */
  replicas?: Partial<Record<ServiceName, number>>;
}

/** Omnigate as a process for each service, behind one HTTP and one gRPC address. */
export interface LaunchedCluster {
  httpUrl: string;
  grpcAddress: string;
  apiKey: string;
  databaseUrl: string;
  /** Its running processes. */
  processes(name: ServiceName): readonly ServiceProcess[];
  /** `host:port` of the HTTP and gRPC ports of a process, by its place among those of its service. */
  portsOf(name: ServiceName, place?: number): { http: string; grpc: string | undefined };
  /** Everything that all processes have written. */
  output(): string;
  client<D extends ServiceDefinition>(
    definition: D,
    options?: { apiKey?: string; tenant?: string; idempotent?: readonly string[] },
  ): ReturnType<typeof createClient<D>>;
  /** Sends SIGKILL to a process, or stops it by SIGTERM, and waits for its end. */
  end(name: ServiceName, how: 'SIGKILL' | 'SIGTERM', place?: number): Promise<number | null>;
  /** Starts a process again in the place of one that has ended. */
  startAgain(name: ServiceName, place?: number): Promise<void>;
  /** Stops everything and removes the database. */
  close(): Promise<void>;
}

interface Member {
  process: ServiceProcess;
  ports: { http: string; grpc: string | undefined };
}

/** In the order of their start: each asks those before. */
const names: readonly ServiceName[] = ['directory', 'bot', 'routing', 'channel-webhooks', 'channel-web'];

/** Who stands behind the front door's groups; nobody here answers for the installation as a whole. */
const serviceOf: Partial<Record<Upstream, ServiceName>> = {
  webhooks: 'channel-webhooks',
  web: 'channel-web',
  directory: 'directory',
  routing: 'routing',
  bot: 'bot',
};

/**
 * Launches every service as a process on a database of its own, and waits until all are ready.
 *
 * @param options environment and numbers.
 * @returns the running cluster.
 * @throws Error with the output of a process that does not become ready.
 */
export async function launchCluster(options: ClusterOptions = {}): Promise<LaunchedCluster> {
  const apiKey = `test-${randomBytes(24).toString('base64url')}`;
  const database = await freshDatabase([]);
  const members = new Map<ServiceName, Member[]>();
  const doors: FrontDoor[] = [];
  const clients: { close(): void }[] = [];
  const earlier: ServiceProcess[] = [];
  const turns = new Map<ServiceName, number>();

  /** In turn, as a load balancer does. */
  const choose = (paths: readonly PathRow[], port: 'http' | 'grpc') => (path: string) => {
    const row = paths.find(({ begins }) => new RegExp(`^${begins}`).test(path));
    const name = row && serviceOf[row.upstream];
    const list = name ? (members.get(name) ?? []) : [];
    if (!name || list.length === 0) return undefined;
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    return list[turn % list.length]?.ports[port];
  };
  const addressesOf = (name: ServiceName): string =>
    (members.get(name) ?? []).map(({ ports }) => ports.grpc).join(',');

  const shared = {
    DATABASE_URL: database.url,
    OMNIGATE_SERVICE_KEY: `services-${randomBytes(24).toString('base64url')}`,
    OMNIGATE_ADMIN_KEY: apiKey,
    OMNIGATE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  };
  async function startMember(name: ServiceName, ports?: Member['ports']): Promise<Member> {
    const process = await startService(name, {
      ...shared,
      OMNIGATE_PUBLIC_URL: `http://127.0.0.1:${doors[0]?.port}`,
      OMNIGATE_HTTP_PORT: ports?.http.split(':')[1] ?? '0',
      OMNIGATE_GRPC_PORT: ports?.grpc?.split(':')[1] ?? '0',
      OMNIGATE_DIRECTORY_ADDRESS: addressesOf('directory'),
      OMNIGATE_BOT_ADDRESS: addressesOf('bot'),
      ...options.env,
    });
    earlier.push(process);
    return { process, ports: await process.ready() };
  }

  async function close(): Promise<void> {
    for (const client of clients) client.close();
    await Promise.all(earlier.map((process) => process.stop()));
    for (const door of doors) await door.stop();
    await database.drop();
  }

  const memberAt = (name: ServiceName, place: number): Member => {
    const member = members.get(name)?.[place];
    if (!member) throw new Error(`there is no ${name} in place ${place}`);
    return member;
  };

  try {
    doors.push(await openHttpDoor(choose(httpPaths, 'http')), await openGrpcDoor(choose(grpcPaths, 'grpc')));
    for (const name of names) {
      const count = options.replicas?.[name] ?? 1;
      members.set(name, await Promise.all(Array.from({ length: count }, () => startMember(name))));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const grpcAddress = `127.0.0.1:${doors[1]?.port}`;
  return {
    httpUrl: `http://127.0.0.1:${doors[0]?.port}`,
    grpcAddress,
    apiKey,
    databaseUrl: database.url,
    processes: (name) => (members.get(name) ?? []).map(({ process }) => process),
    portsOf: (name, place = 0) => memberAt(name, place).ports,
    output: () => earlier.map((process) => process.output()).join(''),
    client(definition, clientOptions = {}) {
      const client = createClient(definition, { address: grpcAddress, apiKey, ...clientOptions });
      clients.push(client);
      return client;
    },
    end(name, how, place = 0) {
      const { process } = memberAt(name, place);
      if (how === 'SIGTERM') return process.stop();
      process.signal(how);
      return process.ended;
    },
    async startAgain(name, place = 0) {
      const list = members.get(name) ?? [];
      list[place] = await startMember(name, memberAt(name, place).ports);
    },
    close,
  };
}
