import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { javaArguments, type NodeOptions, renderProperties } from './broker-command';

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

const tell = ({ message }: Error): void => void process.stderr.write(`${message}\n`);

/** Formats a broker's storage; it runs by `start`. */
export async function createKafkaNode(o: NodeOptions): Promise<KafkaNode> {
  const file = join(o.folder, 'server.properties');
  const logFile = join(o.folder, 'broker.log');
  let child: ChildProcess | undefined;
  let asked = false;

  function java(main: string, args: string[]): ChildProcess {
    const log = openSync(logFile, 'a');
    return spawn('java', javaArguments(o.distribution, main, args), {
      cwd: o.folder,
      detached: true,
      stdio: ['ignore', log, log],
    });
  }

  async function failure(why: string): Promise<Error> {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    return new Error(`Kafka node ${o.id} ${why}: ${log.slice(-2_000)}`);
  }

  async function format(): Promise<void> {
    await mkdir(o.folder, { recursive: true });
    await writeFile(file, renderProperties(o));
    const tool = java('kafka.tools.StorageTool', ['format', `--cluster-id=${o.clusterId}`, '-c', file]);
    if ((await endOf(tool)) !== 0) throw await failure('could not be formatted');
  }

  await format();
  return {
    address: `127.0.0.1:${o.ports.client}`,
    async start() {
      const started = java('kafka.Kafka', [file]);
      child = started;
      started.unref();
      asked = false;
      // Later than start's own look: tests that then wait for it in vain don't say why.
      started.once('exit', () => void (asked || failure('ended by itself').then(tell)));
      await writeFile(join(o.folder, 'broker.pid'), String(started.pid));
      for (const end = Date.now() + startMs; !(await takesConnections(o.ports.client)); await sleep(50)) {
        if (started.exitCode !== null || Date.now() > end) throw await failure('did not start');
      }
    },
    async stop() {
      asked = true;
      child?.kill('SIGTERM');
      if (child) await endOf(child);
    },
    async kill() {
      asked = true;
      child?.kill('SIGKILL');
      if (child) await endOf(child);
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}
