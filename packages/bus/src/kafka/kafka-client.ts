import type { GroupMember, MemberOptions } from './group-member';
import type { Produced } from './message';
import type { PartitionReader } from './partition-reader';

/** A partition that was written to. */
export interface Acknowledgement {
  topicName: string;
  partition: number;
}

/** A producer on the wire: idempotent, one request at a time, and never used again after one that failed. */
export interface ProducerLine {
  connect(): Promise<void>;
  /**
   * Sends one request, and tries it again as long as its patience lasts.
   * @returns the partitions whose in-sync replicas all have it
   * @throws what the client threw: then some may be written
   */
  send(messages: readonly Produced[]): Promise<readonly Acknowledgement[]>;
  disconnect(): Promise<void>;
}

/** How long a producer tries. */
export interface ProducerPatience {
  /** `single`: once more at most, and what failed ends with that; `patient`: through the election of a leader. */
  retry: 'single' | 'patient';
  /** A broker that answers nothing for so long is given up. */
  requestTimeoutMs?: number;
}

/** What the driver needs of a client of Kafka. Each thing that is opened has connections of its own. */
export interface KafkaClient {
  openProducer(patience: ProducerPatience): ProducerLine;
  openReader(): PartitionReader;
  createMember(o: MemberOptions): GroupMember;
}
