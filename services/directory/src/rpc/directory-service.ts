import { ApplyOutcome, DirectoryServiceService, type ListResourcesRequest } from '@omnigate/contracts';
import {
  type CallContext,
  defineService,
  pageSize,
  parsePageToken,
  type Role,
  type RpcService,
} from '@omnigate/rpc';
import { applyResources } from '../apply/apply-resources';
import { removeResource } from '../delete-resource';
import type { DirectoryContext } from '../directory-context';
import { parseKind } from '../domain/kind';
import { listResources } from '../list-resources';
import { requireKind } from '../require-kind';
import { listAuditEntries } from '../store/audit-entries';
import { readChannelTypes } from '../store/channel-types';
import { callerOf } from './caller';
import { nextPageToken } from './next-page-token';
import { viewChannelType, viewResource } from './resource-view';

const writers: readonly Role[] = ['owner', 'admin', 'operator'];
const readers: readonly Role[] = [...writers, 'supervisor', 'auditor', 'service'];
const auditReaders: readonly Role[] = [...writers, 'auditor'];

const outcomes = {
  created: ApplyOutcome.APPLY_OUTCOME_CREATED,
  configured: ApplyOutcome.APPLY_OUTCOME_CONFIGURED,
  unchanged: ApplyOutcome.APPLY_OUTCOME_UNCHANGED,
};

const listChannelTypes = async (request: ListResourcesRequest, { database }: DirectoryContext) => {
  const after = parsePageToken(request.pageToken, { type: 'text' })?.type ?? '';
  const limit = pageSize(request.pageSize);
  const wanted = [...(await readChannelTypes(database)).values()]
    .filter(({ type }) => type > after && (request.name === '' || type === request.name))
    .sort((left, right) => (left.type < right.type ? -1 : 1));
  const page = wanted.slice(0, limit);
  const nextToken = nextPageToken(wanted, limit, ({ type }) => ({ type }));
  return { resources: page.map(viewChannelType), nextPageToken: nextToken };
};

const listKept = async (request: ListResourcesRequest, call: CallContext, context: DirectoryContext) => {
  const kind = requireKind(request.kind);
  const token = parsePageToken(request.pageToken, { time: 'time', name: 'text' });
  const limit = pageSize(request.pageSize);
  const after = token && { createTime: new Date(token.time), name: token.name };
  const page = { kind, name: request.name, limit: limit + 1, ...(after && { after }) };
  const found = await listResources(page, callerOf(call), context);
  const channelTypes = kind === 'Channel' ? await readChannelTypes(context.database) : new Map();
  const view = { publicUrl: context.publicUrl, channelTypes };
  return {
    resources: found.slice(0, limit).map((resource) => viewResource(resource, view)),
    nextPageToken: nextPageToken(found, limit, ({ createTime, name }) => ({
      time: createTime.toISOString(),
      name,
    })),
  };
};

/**
 * What people declare.
 *
 * @param context directory's
 * @returns DirectoryService
 */
export function createDirectoryService(context: DirectoryContext): RpcService<DirectoryServiceService> {
  const allow = {
    applyResources: writers,
    listResources: readers,
    deleteResource: writers,
    listAuditEntries: auditReaders,
  };
  return defineService(DirectoryServiceService, allow, {
    async applyResources(request, call) {
      const applied = await applyResources(request, callerOf(call), context);
      const view = { publicUrl: context.publicUrl, channelTypes: await readChannelTypes(context.database) };
      return {
        resources: applied.map(({ resource, outcome, madeKey }) => ({
          resource: viewResource(resource, view, madeKey),
          outcome: outcomes[outcome],
        })),
      };
    },
    listResources(request, call) {
      const listed = parseKind(request.kind).state === 'listed';
      return listed ? listChannelTypes(request, context) : listKept(request, call, context);
    },
    async deleteResource(request, call) {
      await removeResource(request, callerOf(call), context);
      return {};
    },
    async listAuditEntries(request, { identity }) {
      const beforeId = parsePageToken(request.pageToken, { id: 'uuid' })?.id;
      const limit = pageSize(request.pageSize);
      const page = { tenantId: identity.tenantId, limit: limit + 1, ...(beforeId && { beforeId }) };
      const found = await context.database.transaction({ tenants: [identity.tenantId] }, (tx) =>
        listAuditEntries(tx, page),
      );
      return {
        entries: found
          .slice(0, limit)
          .map(({ createTime, ...entry }) => ({ ...entry, createTime: createTime.toISOString() })),
        nextPageToken: nextPageToken(found, limit, ({ id }) => ({ id })),
      };
    },
  });
}
