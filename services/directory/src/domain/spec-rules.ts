import type { ZodType } from 'zod';
import { agentSpec } from './agent-spec';
import { apiKeySpec } from './api-key-spec';
import { channelSpec } from './channel-spec';
import { connectorSpec } from './connector-spec';
import type { Kind } from './kind';
import { knowledgeArticleSpec } from './knowledge-article-spec';
import type { JsonObject } from './resource';
import { teamSpec } from './team-spec';
import { tenantSpec } from './tenant-spec';
import { ticketTypeSpec } from './ticket-type-spec';
import { workerSpec } from './worker-spec';

/** A resource that a spec names. */
export interface Reference {
  kind: Kind;
  name: string;
  /** Path below spec, such as `teams[0]`. */
  field: string;
}

/** Schema of each kind's spec. */
export const specSchemas: Record<Kind, ZodType> = {
  Tenant: tenantSpec,
  Team: teamSpec,
  Agent: agentSpec,
  ApiKey: apiKeySpec,
  Channel: channelSpec,
  KnowledgeArticle: knowledgeArticleSpec,
  Worker: workerSpec,
  TicketType: ticketTypeSpec,
  Connector: connectorSpec,
};

/** Members of specs by which one resource names another: the member's path, through lists too, and the kind it names. */
export const referenceMembers: Partial<Record<Kind, readonly { member: string; kind: Kind }[]>> = {
  Agent: [{ member: 'teams', kind: 'Team' }],
  ApiKey: [
    { member: 'agent', kind: 'Agent' },
    { member: 'worker', kind: 'Worker' },
  ],
  Channel: [{ member: 'team', kind: 'Team' }],
  Worker: [
    { member: 'channel', kind: 'Channel' },
    { member: 'types', kind: 'TicketType' },
  ],
  TicketType: [
    { member: 'dispatch.worker', kind: 'Worker' },
    { member: 'escalate_to', kind: 'Worker' },
  ],
};

/** What stands at the end of a path, and its field; lists on the way are walked through. */
const valuesAt = (
  value: unknown,
  path: readonly string[],
  field: string,
): { name: string; field: string }[] => {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each, index) => valuesAt(each, path, `${field}[${index}]`));
  const [member, ...rest] = path;
  if (member === undefined) return [{ name: String(value), field }];
  return valuesAt((value as JsonObject)[member], rest, field === '' ? member : `${field}.${member}`);
};

/**
 * Lists what a checked spec refers to, all in the same tenant.
 *
 * @param kind the document's kind
 * @param spec its checked spec
 * @returns the resources that must exist
 */
export function referencesOf(kind: Kind, spec: JsonObject): Reference[] {
  return (referenceMembers[kind] ?? []).flatMap((rule) =>
    valuesAt(spec, rule.member.split('.'), '').map((found) => ({ kind: rule.kind, ...found })),
  );
}
