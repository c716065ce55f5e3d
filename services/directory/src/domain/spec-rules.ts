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
  Connector: connectorSpec,
};

/** Members of specs by which one resource names another: the spec's member, the kind it names. */
export const referenceMembers: Partial<Record<Kind, { member: string; kind: Kind }>> = {
  Agent: { member: 'teams', kind: 'Team' },
  ApiKey: { member: 'agent', kind: 'Agent' },
  Channel: { member: 'team', kind: 'Team' },
};

/**
 * Lists what a checked spec refers to, all in the same tenant.
 *
 * @param kind the document's kind
 * @param spec its checked spec
 * @returns the resources that must exist
 */
export function referencesOf(kind: Kind, spec: JsonObject): Reference[] {
  const rule = referenceMembers[kind];
  const named = rule && spec[rule.member];
  if (!rule || named === undefined) return [];
  if (!Array.isArray(named)) return [{ kind: rule.kind, name: String(named), field: rule.member }];
  return named.map((name, index) => ({
    kind: rule.kind,
    name: String(name),
    field: `${rule.member}[${index}]`,
  }));
}
