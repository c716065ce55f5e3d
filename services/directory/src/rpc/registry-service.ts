import { RegistryServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type Role, type RpcService } from '@omnigate/rpc';
import type { DirectoryContext } from '../directory-context';
import { requireKind } from '../require-kind';
import {
  authenticateApiKey,
  resolveChannel,
  resolveConnectors,
  resolveTenant,
  snapshotResources,
} from '../resolve';
import { readChannelTypes, writeChannelTypes } from '../store/channel-types';
import { viewResource } from './resource-view';

const service: readonly Role[] = ['service'];

const requireTenant = ({ identity }: CallContext): string => {
  if (identity.tenantId !== '') return identity.tenantId;
  throw new AppError('INVALID_ARGUMENT', { reason: 'the call names no tenant' });
};

const channelKey = (request: { channelId: string; name: string }, call: CallContext) =>
  request.channelId === ''
    ? { name: request.name, tenantId: requireTenant(call) }
    : { channelId: request.channelId };

/**
 * What other services ask of the directory.
 *
 * @param context directory's
 * @returns RegistryService, for the service role alone
 */
export function createRegistryService(context: DirectoryContext): RpcService<RegistryServiceService> {
  const allow = {
    registerChannelTypes: service,
    resolveChannel: service,
    resolveTenant: service,
    authenticateApiKey: service,
    snapshotResources: service,
    resolveConnectors: service,
  };
  return defineService(RegistryServiceService, allow, {
    async registerChannelTypes({ channelTypes }) {
      await context.database.transaction({ tenants: [] }, (tx) => writeChannelTypes(tx, channelTypes));
      return {};
    },
    async resolveChannel(request, call) {
      return { channel: await resolveChannel(channelKey(request, call), context) };
    },
    async resolveTenant({ tenantId, name }) {
      return resolveTenant(tenantId === '' ? { name } : { id: tenantId }, context);
    },
    async authenticateApiKey({ key }) {
      const stored = await authenticateApiKey(key, context);
      const { tenantId, roles, name, agentId = '', agent = '' } = stored;
      return { tenantId, roles, keyName: name, agentId, agent };
    },
    async snapshotResources({ kind, knownRevision }, call) {
      const query = { tenantId: requireTenant(call), kind: requireKind(kind), knownRevision };
      const { resources, revision } = await snapshotResources(query, context);
      const channelTypes = query.kind === 'Channel' ? await readChannelTypes(context.database) : new Map();
      const view = { publicUrl: context.publicUrl, channelTypes };
      return { resources: resources.map((resource) => viewResource(resource, view)), revision };
    },
    async resolveConnectors(_request, call) {
      return { connectors: await resolveConnectors(requireTenant(call), context) };
    },
  });
}
