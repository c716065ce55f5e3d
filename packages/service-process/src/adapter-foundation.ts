import type { RegistryServiceService } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client } from '@omnigate/rpc';
import type { z } from 'zod';
import type { Foundation } from './foundation';
import { type OpenMedia, openProcessMedia } from './open-media';
import type { adapterFields, directoryFields, mediaFields, processFields } from './process-fields';

/** A foundation with the files of messages and directory. */
export interface MediaFoundation extends Foundation, OpenMedia {
  registry: Client<RegistryServiceService>;
  directory: DirectoryCache;
  /** `OMNIGATE_PUBLIC_URL`. */
  publicUrl: string;
}

/** What a service that talks to channel providers stands on. */
export interface AdapterFoundation extends MediaFoundation {
  /** `OMNIGATE_SENDS_IN_FLIGHT`. */
  sendsInFlight: number;
  /** `OMNIGATE_FETCH_ALLOW`. */
  fetchAllow: readonly string[];
}

type ConfigOf<F extends z.ZodRawShape> = z.infer<z.ZodObject<F>>;
type MediaConfig = ConfigOf<Pick<typeof processFields, 'OMNIGATE_SERVICE_KEY'>> &
  ConfigOf<typeof directoryFields> &
  ConfigOf<typeof mediaFields>;

/**
 * Adds the files of messages and directory to a foundation.
 *
 * @param config `processFields`, `directoryFields` and `mediaFields`.
 * @param foundation of the service.
 * @returns both; the process waits for directory when it starts.
 */
export function openMediaFoundation(config: MediaConfig, foundation: Foundation): MediaFoundation {
  return {
    ...foundation,
    ...openProcessMedia(config),
    ...foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS),
    publicUrl: config.OMNIGATE_PUBLIC_URL,
  };
}

/**
 * Adds to a foundation what a service needs that talks to channel providers.
 *
 * @param config `processFields` and `adapterFields`.
 * @param foundation of the service.
 * @returns both; the process waits for directory when it starts.
 */
export function openAdapterFoundation(
  config: MediaConfig & ConfigOf<typeof adapterFields>,
  foundation: Foundation,
): AdapterFoundation {
  return {
    ...openMediaFoundation(config, foundation),
    sendsInFlight: config.OMNIGATE_SENDS_IN_FLIGHT,
    fetchAllow: config.OMNIGATE_FETCH_ALLOW,
  };
}
