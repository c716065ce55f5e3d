// Packages that ship ES modules alone, or import() at run time: Jest runs CommonJS, so they are compiled too.
const esModules = [
  'htmlparser2',
  'domelementtype',
  'domhandler',
  'domutils',
  'dom-serializer',
  'entities',
  'uuid',
  'commander',
  'opencc-js',
  '@opentelemetry/otlp-exporter-base',
  '@platformatic/kafka',
  '@platformatic/dynamic-buffer',
  '@platformatic/wasm-utils',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer/inflate',
  '@borewit/text-codec',
];
const pnpmFolders = esModules.map((name) => name.replace('/', '\\+'));

const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
    // A package is loaded with the first use of it: each file of tests loads its own, and needs few of them.
    module: { type: 'commonjs', lazy: true },
    sourceMaps: 'inline',
  },
];

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/packages', '<rootDir>/services', '<rootDir>/scripts', '<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['/dist/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  transform: { '^.+\\.c?[jt]s$': swc },
  transformIgnorePatterns: [
    `/node_modules/(?!\\.pnpm/|(?:${esModules.join('|')})/)`,
    `/node_modules/\\.pnpm/(?!(?:${pnpmFolders.join('|')})@)`,
  ],
  moduleNameMapper: {
    '^@omnigate/(analytics|bot|channel-email|channel-web|channel-webhooks|channel-wechat|demo|directory|integration|routing|standalone|ticket)$':
      '<rootDir>/services/$1/src/index.ts',
    '^@omnigate/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
  },
  testTimeout: 120_000,
  maxWorkers: 2,
};
