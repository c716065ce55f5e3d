// Which part may import which: services → packages → contracts, as in docs/architecture.md.

/** What each package may import of ours. */
export const packageGraph = {
  contracts: [],
  errors: [],
  runtime: ['errors'],
  database: ['errors', 'runtime'],
  simulators: [],
  'ticket-form': ['errors'],
  media: ['errors', 'runtime'],
  state: ['errors', 'runtime'],
  rpc: ['contracts', 'errors', 'runtime'],
  bus: ['contracts', 'database', 'errors', 'runtime'],
  'directory-cache': ['bus', 'contracts', 'errors', 'rpc', 'runtime'],
  'channel-kit': ['bus', 'contracts', 'database', 'directory-cache', 'errors', 'media', 'runtime', 'state'],
  'service-process': [
    'bus',
    'contracts',
    'database',
    'directory-cache',
    'errors',
    'media',
    'rpc',
    'runtime',
    'state',
  ],
  installation: ['contracts', 'errors', 'service-process'],
  testkit: [
    'bus',
    'channel-kit',
    'contracts',
    'database',
    'directory-cache',
    'errors',
    'installation',
    'media',
    'rpc',
    'runtime',
    'service-process',
    'simulators',
    'state',
  ],
};

/** Services import packages, never each other; these are the exceptions. */
export const serviceGraph = {
  standalone: { services: 'all', packages: 'all' },
  // bus: to make Kafka's topics, which no server does.
  cli: { services: 'none', packages: ['bus', 'contracts', 'errors', 'rpc', 'runtime'] },
};

/** The only folders that may import a driver. Generated code (src/gen) is not checked. */
export const driverOwners = {
  '@grpc/grpc-js': ['packages/rpc/'],
  '@grpc/reflection': ['packages/rpc/'],
  // Measured beside kafkajs, and not shipped.
  '@platformatic/kafka': ['tests/load/clients/'],
  'grpc-health-check': ['packages/rpc/'],
  'file-type': ['packages/media/'],
  'smtp-server': ['services/channel-email/', 'packages/testkit/'],
  nodemailer: ['services/channel-email/', 'packages/testkit/'],
  ioredis: ['packages/state/'],
  kafkajs: ['packages/bus/'],
  pg: ['packages/database/'],
  sharp: ['packages/media/'],
};

/** What code in a `domain/` folder may import of ours, and what it may not import of others. */
export const domainRules = {
  ours: ['contracts', 'errors', 'ticket-form'],
  /** Pure functions of other packages, by name: text in, text out. */
  pure: { runtime: ['maskPersonalData', 'sanitizeText'] },
  drivers: [...Object.keys(driverOwners), 'fastify', 'undici', 'ws', 'node:http', 'node:https', 'node:fs'],
};
