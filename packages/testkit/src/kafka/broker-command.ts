import { join } from 'node:path';

/** What Java runs. */
export interface KafkaDistribution {
  /** Of Kafka's jars. */
  classPath: string;
  /** The classes that a broker loads, as Java has kept them. */
  classArchive?: string | undefined;
  /** Where Java is to keep them when it ends. */
  archiveAtExit?: string;
}

/** One broker's place in its cluster. */
export interface NodeOptions {
  distribution: KafkaDistribution;
  /** Its own; kept between starts. */
  folder: string;
  id: number;
  /** 22 characters of base64. */
  clusterId: string;
  ports: { client: number; controller: number };
  /** Of all nodes: `id@host:port,…`. */
  voters: string;
  nodes: number;
}

// Fail-over within seconds (docs/kafka.md); sessions as short as tests want them.
const properties = (o: Omit<NodeOptions, 'distribution'>): Record<string, string | number | boolean> => {
  const replication = Math.min(o.nodes, 3);
  const minInsync = Math.max(1, replication - 1);
  return {
    'process.roles': 'broker,controller',
    'node.id': o.id,
    'controller.quorum.voters': o.voters,
    listeners: `PLAINTEXT://127.0.0.1:${o.ports.client},CONTROLLER://127.0.0.1:${o.ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${o.ports.client}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(o.folder, 'data'),
    'auto.create.topics.enable': false,
    'default.replication.factor': replication,
    'min.insync.replicas': minInsync,
    'offsets.topic.replication.factor': replication,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minInsync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minInsync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'log.retention.check.interval.ms': 1_000,
    'log.initial.task.delay.ms': 1_000,
    'file.delete.delay.ms': 1_000,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'controller.quorum.fetch.timeout.ms': 1_000,
    'controller.quorum.election.timeout.ms': 500,
    'controlled.shutdown.enable': o.nodes > 1,
  };
};

/** A small broker. An archive that does not fit this Java is left alone, without a word. */
const javaOptions = [
  ...['-Xmx384m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
  ...['-Xshare:auto', '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
];
/** What ends soon is not worth the time of the second compiler. */
const startsQuickly = '-XX:TieredStopAtLevel=1';

/**
 * The text of a broker's server.properties.
 * @param o the broker's place
 */
export function renderProperties(o: Omit<NodeOptions, 'distribution'>): string {
  return Object.entries(properties(o))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/**
 * The arguments with which Java runs one of Kafka's programs.
 * @param main such as `kafka.Kafka`
 * @param longLived whether it is to run for longer than a test
 */
export const javaArguments = (
  { classPath, classArchive, archiveAtExit }: KafkaDistribution,
  main: string,
  args: readonly string[],
  longLived = false,
): string[] => [
  ...javaOptions,
  ...(longLived ? [] : [startsQuickly]),
  ...(classArchive ? [`-XX:SharedArchiveFile=${classArchive}`] : []),
  ...(archiveAtExit ? [`-XX:ArchiveClassesAtExit=${archiveAtExit}`] : []),
  ...['-cp', classPath, main, ...args],
];
