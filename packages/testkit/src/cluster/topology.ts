/** Those that others call come first; they stop in reverse, each row's together. */
const table = [
  [{ name: 'directory', grpc: true }],
  [{ name: 'integration', grpc: true }],
  [
    { name: 'bot', grpc: true },
    { name: 'analytics', grpc: true },
  ],
  [{ name: 'routing', grpc: true }],
  [{ name: 'ticket', grpc: true }],
  [
    { name: 'channel-webhooks', grpc: false },
    { name: 'channel-web', grpc: false },
    { name: 'channel-wechat', grpc: false },
    { name: 'channel-email', grpc: false },
    { name: 'demo', grpc: false, alone: true },
  ],
] as const;

/** The services that start alone. */
export type ServiceName = (typeof table)[number][number]['name'];

/** A service as the cluster runs it. */
interface ServiceRow {
  name: ServiceName;
  grpc: boolean;
  /** It keeps what it knows to itself, so there is one process of it, however many of the others. */
  alone?: true;
}

const rows: readonly (readonly ServiceRow[])[] = table;

/** All services, in the order of the table. */
export const serviceRows: readonly ServiceRow[] = rows.flat();

/** One process of a service. */
export interface Replica {
  service: ServiceName;
  /** Such as `routing-2`. */
  name: string;
  httpPort: number;
  /** 0 where it serves no gRPC. */
  grpcPort: number;
}

/**
 * Gives every process its name and its ports, which it keeps when it is started again.
 *
 * @param replicas processes of each service.
 * @param givePort gives free ports.
 * @returns rows of replicas, in the order of the table.
 */
export async function planReplicas(
  replicas: number,
  givePort: () => Promise<number>,
): Promise<readonly Replica[][]> {
  const all: Replica[][] = [];
  for (const row of rows) {
    const planned: Replica[] = [];
    for (const { name: service, grpc, alone } of row) {
      for (let number = 1; number <= (alone ? 1 : replicas); number += 1) {
        const httpPort = await givePort();
        const grpcPort = grpc ? await givePort() : 0;
        planned.push({ service, name: `${service}-${number}`, httpPort, grpcPort });
      }
    }
    all.push(planned);
  }
  return all;
}

/** `host:port` of all gRPC servers of a service, with commas between. */
export const grpcAddresses = (replicas: readonly Replica[], service: ServiceName): string[] =>
  replicas.filter((replica) => replica.service === service).map(({ grpcPort }) => `127.0.0.1:${grpcPort}`);

/** `host:port` of all HTTP servers of a service. */
export const httpAddresses = (replicas: readonly Replica[], service: ServiceName): string[] =>
  replicas.filter((replica) => replica.service === service).map(({ httpPort }) => `127.0.0.1:${httpPort}`);
