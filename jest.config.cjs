// Packages that ship ES modules alone: Jest runs CommonJS, so they are compiled too.
const esModules = ['uuid', 'commander', 'opencc-js'];

const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
    module: { type: 'commonjs' },
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
  transform: { '^.+\\.[jt]s$': swc },
  transformIgnorePatterns: [
    `/node_modules/(?!\\.pnpm/|(?:${esModules.join('|')})/)`,
    `/node_modules/\\.pnpm/(?!(?:${esModules.join('|')})@)`,
  ],
  moduleNameMapper: {
    '^@omnigate/(bot|channel-web|channel-webhooks|directory|routing|standalone)$':
      '<rootDir>/services/$1/src/index.ts',
    '^@omnigate/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
  },
  testTimeout: 30_000,
  maxWorkers: 2,
};
