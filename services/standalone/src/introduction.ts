import { dirname, join } from 'node:path';
import { DirectoryServiceService } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { type Addresses, applyDemoOnce, writeCredentials } from '@omnigate/installation';
import { createInProcessClient, type Identity, type RpcService, type ServiceDefinition } from '@omnigate/rpc';
import type { Config } from './config';
import { serviceOf } from './service-of';

/** Who the demo data is applied by, as the audit log shows it. */
const demoOperator: Identity = { tenantId: '', roles: ['operator'], keyName: 'demo' };

/**
 * A client of the demo, which acts for its tenant as the operator does.
 *
 * @param services where the service is among.
 * @param definition which.
 */
export const demoClient = <D extends ServiceDefinition>(services: readonly RpcService[], definition: D) =>
  createInProcessClient(serviceOf(services, definition), { identity: demoOperator });

/**
 * Applies the demo data at the first start, unless there is to be none.
 *
 * @param o where it goes; `services` are directory's.
 */
export async function applyDemo(o: {
  config: Pick<Config, 'OMNIGATE_DEMO'>;
  folder: string;
  publicUrl: string;
  cache: DirectoryCache;
  services: readonly RpcService[];
  onProgress(line: string): void;
}): Promise<void> {
  const { config, folder, publicUrl, cache, services, onProgress } = o;
  if (config.OMNIGATE_DEMO === '0') return;
  const directory = demoClient(services, DirectoryServiceService);
  await applyDemoOnce({
    folder,
    documents: ['bot', 'ticket'].map(demoFolder),
    publicUrl,
    onProgress,
    async apply(resources) {
      const tenantId = await cache.resolveTenant('default');
      await directory.applyResources({ resources, validateOnly: false }, { tenantId });
    },
  });
}

/** Where a service keeps what it shows in the demo. */
const demoFolder = (service: string): string =>
  join(dirname(require.resolve(`@omnigate/${service}/package.json`)), 'demo');

/**
 * Leaves in the data folder how the CLI reaches this Omnigate.
 *
 * @param o where it is; the folder, and the first owner's key.
 */
export async function tellCli(o: {
  cache: DirectoryCache;
  folder: string;
  adminKey: string;
  addresses: Addresses;
}): Promise<void> {
  const { cache, folder, adminKey, addresses } = o;
  // A database that was made elsewhere has another owner's key; credentials must not promise what doesn't open.
  const known = await cache.authenticate(adminKey).then(
    () => true,
    () => false,
  );
  const credentials = {
    grpc_address: addresses.grpcAddress,
    api_key: known ? adminKey : '',
    http_url: addresses.httpUrl,
  };
  writeCredentials(folder, credentials);
}
