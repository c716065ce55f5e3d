export { createIntegration, type IntegrationDeps } from './app';
export { integrationSchema } from './schema';
