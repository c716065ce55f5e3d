export { createRouting, type RoutingDeps } from './app';
export { routingSchema } from './schema';
