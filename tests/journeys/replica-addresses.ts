/** `host:port` of the ports of one process. */
export interface ReplicaAddress {
  http: string;
  /** Undefined where it serves no gRPC. */
  grpc: string | undefined;
}

/**
 * Where the processes of a service listen, past the front door.
 *
 * @param output what the cluster form has written; each process says it when it is ready, again when it was restarted.
 * @param service such as `routing`.
 * @returns the addresses of all its processes.
 */
export function replicaAddresses(output: string, service: string): ReplicaAddress[] {
  const lines = output.matchAll(
    new RegExp(`^omnigate-${service} is ready http=(\\S+)(?: grpc=(\\S+))?$`, 'gm'),
  );
  const found = new Map([...lines].map(([, http = '', grpc]) => [http, { http, grpc }]));
  return [...found.values()];
}
