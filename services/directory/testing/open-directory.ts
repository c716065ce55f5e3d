import { randomBytes } from 'node:crypto';
import { type Bus, busSchema, createPostgresBus } from '@omnigate/bus';
import type {
  ApplyResourcesResponse,
  DirectoryServiceService,
  OperationsServiceService,
  RegistryServiceService,
  Resource,
} from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import { type Client, createInProcessClient, type Role } from '@omnigate/rpc';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createDirectory, type Directory, directorySchema } from '../src';
import { channelTypes } from './channel-types';

/** A caller's clients. */
export interface Acting {
  directory: Client<DirectoryServiceService>;
  operations: Client<OperationsServiceService>;
  /** Applies `{ kind, name, id?, spec }`s. */
  apply(...documents: TestDocument[]): Promise<ApplyResourcesResponse>;
}

/** A document in short. */
export interface TestDocument {
  kind: string;
  name: string;
  id?: string;
  spec?: Record<string, unknown>;
}

/** A directory on a database of its own. */
export interface OpenDirectory {
  url: string;
  database: Database;
  bus: Bus;
  directory: Directory;
  registry: Client<RegistryServiceService>;
  /** Of the tenant `default`. */
  tenantId: string;
  adminKey: string | undefined;
  /** All log lines so far, the lowest level included. */
  logged: string[];
  as(roles: Role[], tenantId?: string): Acting;
  /** Builds another directory on the same database, as a restart does. */
  restart(o: { encryptionKey?: Buffer; adminKey?: string }): Directory;
  close(): Promise<void>;
}

const document = ({ kind, name, id = '', spec = {} }: TestDocument): Resource => ({
  kind,
  metadata: { name, id },
  spec,
  status: undefined,
});

/** Starts a directory on a fresh database, with its bus, the tenant `default` and two channel types. */
export async function openDirectory(
  o: { adminKey?: string; fetchAllow?: string[] } = {},
): Promise<OpenDirectory> {
  const logged: string[] = [];
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ service: 'directory-test', level: 'trace', destination });
  const { url, drop } = await freshDatabase([busSchema, directorySchema]);
  const { schema, role } = directorySchema;
  const database = createDatabase({ url, schema, role, applicationName: 'directory-test', logger });
  const bus = createPostgresBus({ url, logger, metrics: createMetrics(), exclusive: true });
  const encryptionKey = randomBytes(32);
  const common = { database, bus, logger, encryptionKey, publicUrl: 'https://gate.example.com/', ...o };
  const build = (changed: { encryptionKey?: Buffer; adminKey?: string }) =>
    createDirectory({ ...common, metrics: createMetrics(), ...changed });
  const directory = build({});
  const close = async () => {
    await directory.stop();
    await bus.stop();
    await database.end();
    await drop();
  };
  try {
    await bus.start();
    await directory.start();
    const { adminKey } = await directory.bootstrap();
    const registry = createInProcessClient(directory.registryService);
    await registry.registerChannelTypes({ channelTypes });
    const tenantId = (await registry.resolveTenant({ name: 'default' })).id;
    const as = (roles: Role[], actingIn = tenantId) => actingAs(directory, roles, actingIn);
    return { url, database, bus, directory, registry, tenantId, adminKey, logged, as, restart: build, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const actingAs = (directory: Directory, roles: Role[], tenantId: string): Acting => {
  const identity = { tenantId, roles, keyName: `test-${roles.join('-')}` };
  const client = createInProcessClient(directory.directoryService, { identity });
  return {
    directory: client,
    operations: createInProcessClient(directory.operationsService, { identity }),
    apply: (...documents) => client.applyResources({ resources: documents.map(document) }),
  };
};

/** What an AppError looks like that names these fields. */
export const invalid = (...fields: string[]) =>
  expect.objectContaining({
    code: 'INVALID_ARGUMENT',
    fields: fields.map((field) => expect.objectContaining({ field })),
  });
