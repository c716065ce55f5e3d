/** What every service package makes: its RPC services, its HTTP routes, its consumers. It never listens by itself. */
export interface ServiceApp<RpcService, Server> {
  rpc: RpcService[];
  /** Adds routes to a server that does not listen yet. */
  http?(server: Server): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}
