import { createKafkaBus, type KafkaBusOptions } from './kafka/bus';
import type { KafkaOptions } from './kafka/options';
import type { Bus } from './port';
import { createPostgresBus, type PostgresBusOptions } from './postgres/bus';

/** What `createBus` needs to know. */
export interface BusOptions extends PostgresBusOptions, Omit<KafkaBusOptions, 'kafka'> {
  /** Where there is a Kafka; default: the log is in PostgreSQL. */
  kafka?: KafkaOptions | undefined;
}

/** Makes the bus of the connection that is given: nothing else knows which it is. */
export function createBus({ kafka, health, onStuck, ...o }: BusOptions): Bus {
  if (!kafka) return createPostgresBus(o);
  const { url, logger, metrics, listenUrl, timings, poolSize } = o;
  return createKafkaBus({
    kafka,
    url,
    logger,
    metrics,
    ...(health ? { health } : {}),
    ...(onStuck ? { onStuck } : {}),
    ...(listenUrl === undefined ? {} : { listenUrl }),
    ...(timings === undefined ? {} : { timings }),
    ...(poolSize === undefined ? {} : { poolSize }),
  });
}
