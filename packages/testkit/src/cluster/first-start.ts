import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DirectoryServiceService } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { type Addresses, applyDemoOnce, writeCredentials } from '@omnigate/installation';
import { createClient } from '@omnigate/rpc';
import { repositoryRoot } from '../repository-root';

const run = promisify(execFile);

/** As many as there are processes of a service at most: the more partitions, the fewer records in each batch. */
const ownPartitions = ['--max-partitions', '8'];

/**
 * Creates the topics that are missing, as an operator does.
 *
 * @param kafkaBrokers host:port with commas between.
 * @param ours whether that Kafka was started here, for this machine alone.
 * @throws Error with what the command said.
 */
export async function applyTopics(kafkaBrokers: string, ours: boolean): Promise<void> {
  const omnigate = join(repositoryRoot(), 'services', 'cli', 'bin', 'omnigate.mjs');
  await run(process.execPath, [omnigate, 'topics', 'apply', ...(ours ? ownPartitions : [])], {
    env: { ...process.env, KAFKA_BROKERS: kafkaBrokers },
  });
}

/** What a cluster that runs is told, and tells. */
export interface FirstStartOptions {
  addresses: Addresses;
  adminKey: string;
  demo: boolean;
  /** The data folder, with the CLI's credentials. */
  folder: string;
  /** The cluster's own folder below it, which remembers that the demo was applied. */
  clusterFolder: string;
  onProgress(line: string): void;
}

/**
 * Applies the demo at the first start, and tells the CLI where the cluster is.
 *
 * @param o where it is.
 */
export async function introduce(o: FirstStartOptions): Promise<void> {
  const { adminKey, addresses } = o;
  const directory = createClient(DirectoryServiceService, {
    address: addresses.grpcAddress,
    apiKey: adminKey,
  });
  try {
    // A database that was made elsewhere has another owner's key; credentials must not promise what doesn't open.
    const known = await opens(directory.listResources({ kind: 'Team' }));
    if (known && o.demo) await applyDemo(o, directory);
    writeCredentials(o.folder, {
      grpc_address: addresses.grpcAddress,
      api_key: known ? adminKey : '',
      http_url: addresses.httpUrl,
    });
  } finally {
    directory.close();
  }
}

async function opens(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isAppError(error, 'UNAUTHENTICATED')) return false;
    throw error;
  }
}

const applyDemo = (
  o: FirstStartOptions,
  directory: ReturnType<typeof createClient<typeof DirectoryServiceService>>,
): Promise<void> =>
  applyDemoOnce({
    folder: o.clusterFolder,
    documents: ['bot', 'ticket'].map((service) => join(repositoryRoot(), 'services', service, 'demo')),
    publicUrl: o.addresses.publicUrl,
    onProgress: o.onProgress,
    apply: (resources) => directory.applyResources({ resources }),
  });
