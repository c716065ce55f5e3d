import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DirectoryServiceService } from '@omnigate/contracts';
import { createClient } from '@omnigate/rpc';
import { type LaunchedOmnigate, launchOmnigate, type SharedOmnigate, testForm } from '@omnigate/testkit';
import { demoArticles } from './demo-knowledge';
import { resource } from './sms-shop';

/** A running Omnigate as a journey needs it. */
export type OpenedOmnigate = Omit<
  LaunchedOmnigate,
  'kill' | 'start' | 'stop' | 'restartDatabase' | 'dataFolder'
>;

/** The Omnigate that the suite's files share, where one was launched for them. */
function sharedOmnigate(): SharedOmnigate | undefined {
  const told = process.env.OMNIGATE_TEST_SHARED;
  const shared = told ? (JSON.parse(told) as SharedOmnigate) : undefined;
  return shared?.form === testForm() ? shared : undefined;
}

/**
 * Opens an Omnigate for one test file: a tenant of its own in the one that the suite's files share, else one that is
 * launched for it.
 *
 * @param options whether the demo's articles are known.
 * @returns the running Omnigate, whose clients act in the file's tenant unless they name another.
 */
export async function openOmnigate(options: { demo: boolean } = { demo: true }): Promise<OpenedOmnigate> {
  const shared = sharedOmnigate();
  if (!shared) return launchOmnigate({ env: { OMNIGATE_DEMO: options.demo ? '1' : '0' } });
  const tenant = `journey-${randomBytes(6).toString('hex')}`;
  const clients: { close(): void }[] = [];
  const client: LaunchedOmnigate['client'] = (definition, clientOptions = {}) => {
    const ofTenant = clientOptions.apiKey === undefined ? { tenant } : {};
    const { grpcAddress: address, apiKey } = shared;
    const made = createClient(definition, { address, apiKey, ...ofTenant, ...clientOptions });
    clients.push(made);
    return made;
  };
  const outputBefore = readFileSync(shared.outputFile).length;
  const operator = client(DirectoryServiceService, { apiKey: shared.apiKey });
  await operator.applyResources({ resources: [resource('Tenant', tenant, { locale: 'zh-CN' })] });
  if (options.demo) await client(DirectoryServiceService).applyResources({ resources: demoArticles() });
  return {
    form: shared.form,
    httpUrl: shared.httpUrl,
    grpcAddress: shared.grpcAddress,
    apiKey: shared.apiKey,
    pid: () => shared.pid,
    output: () => readFileSync(shared.outputFile).subarray(outputBefore).toString('utf8'),
    client,
    async close() {
      for (const each of clients) each.close();
    },
  };
}
