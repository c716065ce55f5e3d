import { freePorts } from '../free-ports';
import { kafkaVersion } from './distribution';

const clientPort = 9092;
/** The image's own, which its user may write. */
const dataFolder = '/var/lib/kafka/data';

/**
 * Starts one broker in Docker; testcontainers ends it with the run.
 * @param volume name of a volume that keeps its data; default: it keeps none
 * @returns its host:port
 */
export async function startKafkaContainer(volume?: string): Promise<string> {
  // Heavy, and of use only where there is Docker.
  const { GenericContainer, Wait } = await import('testcontainers');
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const container = await new GenericContainer(`apache/kafka:${kafkaVersion}`)
    .withExposedPorts({ container: clientPort, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_LOG_DIRS: dataFolder,
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
      KAFKA_LISTENERS: `PLAINTEXT://:${clientPort},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${address}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS: '1000',
    })
    .withBindMounts(volume === undefined ? [] : [{ source: volume, target: dataFolder }])
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return `${container.getHost()}:${container.getMappedPort(clientPort)}`;
}
