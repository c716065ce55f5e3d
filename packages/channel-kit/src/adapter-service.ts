import type { Bus } from '@omnigate/bus';
import type { RegisterChannelTypesRequest } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { MediaLinks, MediaStore } from '@omnigate/media';
import type { Logger, Metrics } from '@omnigate/runtime';
import type { State } from '@omnigate/state';

/** What every adapter service is given. */
export interface AdapterServiceOptions {
  /** Of its own schema, with `deliveryMigrations`. */
  database: Database;
  bus: Bus;
  state: State;
  directory: DirectoryCache;
  registry: { registerChannelTypes(request: RegisterChannelTypesRequest): Promise<unknown> };
  /** Where the files of messages are. */
  media: MediaStore;
  /** By which providers and customers get them. */
  mediaLinks: MediaLinks;
  logger: Logger;
  metrics: Metrics;
  /** `OMNIGATE_PUBLIC_URL`, without a slash at the end. */
  publicUrl: string;
  /** `OMNIGATE_SENDS_IN_FLIGHT`: at most so many on the wire at once. */
  sendsInFlight: number;
  /** No other process runs this service: what is found under way at start is taken up at once. */
  exclusive: boolean;
  /** `OMNIGATE_FETCH_ALLOW`: `host:port` pairs that are reached though private, by any channel and for any file. */
  fetchAllow?: readonly string[];
}
