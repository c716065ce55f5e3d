import type { KafkaClient } from '@omnigate/bus';
import type { PlatformaticOptions } from './connecting';
import { createMember } from './group-member';
import { openProducer } from './producer';
import { createReader } from './reader';

/**
 * Makes the client that is measured beside the one that ships: @platformatic/kafka behind the driver's seam.
 *
 * @param o the cluster.
 * @returns the client.
 */
export function platformaticClient(o: PlatformaticOptions): KafkaClient {
  return {
    openProducer: (patience) => openProducer(o, patience),
    openReader: () => createReader(o),
    createMember: (member) => createMember(o, member),
  };
}
