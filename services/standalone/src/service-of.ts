import type { RpcService, ServiceDefinition } from '@omnigate/rpc';

/**
 * Finds a service.
 *
 * @param services what a part of the composition serves.
 * @param definition which of them.
 * @throws Error where it is not there.
 */
export function serviceOf<D extends ServiceDefinition>(
  services: readonly RpcService[],
  definition: D,
): RpcService<D> {
  const service = services.find((candidate) => candidate.definition === definition);
  if (!service) throw new Error('a service of the composition is missing');
  return service as RpcService<D>;
}
