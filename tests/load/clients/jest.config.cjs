// The contract suite over both clients: apart from the tests, since the second client is measured and not shipped.
const base = require('../../../jest.config.cjs');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/tests/load/clients'],
  testMatch: ['**/*.suite.ts'],
};
