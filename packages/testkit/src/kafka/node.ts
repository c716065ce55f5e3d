import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One broker's place in its cluster. */
export interface NodeOptions {
  classPath: string;
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

/** A broker that runs, or has run. */
export interface KafkaNode {
  /** host:port for clients. */
  address: string;
  /** Starts it, on the same port and data as before; resolves when it takes connections. */
  start(): Promise<void>;
  /** SIGTERM: hands its partitions over; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and says nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

const startMs = 60_000;

// Fail-over within seconds (docs/kafka.md); sessions as short as tests want them.
const properties = (o: NodeOptions): Record<string, string | number | boolean> => {
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

const javaOptions = [
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** Formats a broker's storage; it runs by `start`. */
export async function createKafkaNode(o: NodeOptions): Promise<KafkaNode> {
  const file = join(o.folder, 'server.properties');
  const logFile = join(o.folder, 'broker.log');
  let child: ChildProcess | undefined;

  function java(main: string, args: string[]): ChildProcess {
    const log = openSync(logFile, 'a');
    const all = [...javaOptions, '-cp', o.classPath, main, ...args];
    return spawn('java', all, { cwd: o.folder, detached: true, stdio: ['ignore', log, log] });
  }

  async function failure(why: string): Promise<Error> {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    return new Error(`Kafka node ${o.id} ${why}: ${log.slice(-2_000)}`);
  }

  async function format(): Promise<void> {
    await mkdir(o.folder, { recursive: true });
    const lines = Object.entries(properties(o)).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(file, lines.join(''));
    const tool = java('kafka.tools.StorageTool', ['format', '-t', o.clusterId, '-c', file]);
    if ((await endOf(tool)) !== 0) throw await failure('could not be formatted');
  }

  await format();
  return {
    address: `127.0.0.1:${o.ports.client}`,
    async start() {
      const started = java('kafka.Kafka', [file]);
      child = started;
      started.unref();
      await writeFile(join(o.folder, 'broker.pid'), String(started.pid));
      for (const end = Date.now() + startMs; !(await takesConnections(o.ports.client)); await sleep(50)) {
        if (started.exitCode !== null || Date.now() > end) throw await failure('did not start');
      }
    },
    async stop() {
      child?.kill('SIGTERM');
      if (child) await endOf(child);
    },
    async kill() {
      child?.kill('SIGKILL');
      if (child) await endOf(child);
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}
