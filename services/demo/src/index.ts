export { createDemo, type DemoDeps } from './app';
export { channelNames, workerNames } from './demo-names';
export { providerPaths } from './http/provider-routes';
export { demoSchema } from './schema';
