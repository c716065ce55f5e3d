/** A service as the cluster runs it. */
export interface ServiceRow {
  name:
    | 'directory'
    | 'analytics'
    | 'bot'
    | 'routing'
    | 'ticket'
    | 'integration'
    | 'channel-webhooks'
    | 'channel-web'
    | 'channel-wechat'
    | 'channel-email'
    | 'demo';
  grpc: boolean;
  /** It keeps what it knows to itself, so there is one process of it, however many of the others. */
  alone?: true;
}

/** Those that others call come first; they stop in reverse, each row's together. */
export const serviceRows: readonly (readonly ServiceRow[])[] = [
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
];

/** One process of a service. */
export interface Replica {
  service: ServiceRow['name'];
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
 * @returns rows of replicas, in the order of serviceRows.
 */
export async function planReplicas(
  replicas: number,
  givePort: () => Promise<number>,
): Promise<readonly Replica[][]> {
  const rows: Replica[][] = [];
  for (const row of serviceRows) {
    const planned: Replica[] = [];
    for (const { name: service, grpc, alone } of row) {
      for (let number = 1; number <= (alone ? 1 : replicas); number += 1) {
        const httpPort = await givePort();
        const grpcPort = grpc ? await givePort() : 0;
        planned.push({ service, name: `${service}-${number}`, httpPort, grpcPort });
      }
    }
    rows.push(planned);
  }
  return rows;
}

/** `host:port` of all gRPC servers of a service, with commas between. */
export const grpcAddresses = (replicas: readonly Replica[], service: ServiceRow['name']): string[] =>
  replicas.filter((replica) => replica.service === service).map(({ grpcPort }) => `127.0.0.1:${grpcPort}`);

/** `host:port` of all HTTP servers of a service. */
export const httpAddresses = (replicas: readonly Replica[], service: ServiceRow['name']): string[] =>
  replicas.filter((replica) => replica.service === service).map(({ httpPort }) => `127.0.0.1:${httpPort}`);
