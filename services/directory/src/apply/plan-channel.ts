import type { FieldViolation } from '@omnigate/errors';
import type { Caller, DirectoryContext } from '../directory-context';
import type { ChannelSpec } from '../domain/channel-spec';
import { apiBaseUrlProblem } from '../domain/private-address';
import type { Document, JsonObject } from '../domain/resource';
import { secretPaths, splitConfig } from '../domain/secret-fields';
import { type ApplyState, fieldOf, type Planned } from './apply-plan';
import { type SealedPlanning, sealedWrite, storedSecrets } from './sealed-write';

interface ChannelPlanning extends SealedPlanning {
  caller: Caller;
  state: ApplyState;
}

const apiBaseUrlOf = (config: unknown): string | undefined => {
  const url = (config as JsonObject | undefined)?.api_base_url;
  return typeof url === 'string' ? url : undefined;
};

/** A channel keeps what an operator has allowed as long as its address stays the same. */
const operatorApplied = ({ existing, caller }: ChannelPlanning, config: JsonObject): boolean => {
  if (caller.roles.includes('operator')) return true;
  const sameAddress = apiBaseUrlOf(existing?.spec.config) === apiBaseUrlOf(config);
  return existing?.appliedByOperator === true && sameAddress;
};

/**
 * Plans what an apply does to a channel: its config is checked by its type's manifest, its secrets are sealed.
 *
 * @param planning the document and what it meets
 * @param context directory's
 * @returns the plan, or all that is wrong
 */
export function planChannel(planning: ChannelPlanning, context: DirectoryContext): Planned {
  const { document, existing, state } = planning;
  const spec = document.spec as unknown as ChannelSpec;
  const base = fieldOf(document, 'spec.config');
  const channelType = state.channelTypes.get(spec.type);
  if (!channelType) return { violations: [unknownType(document, state)] };
  if (existing && existing.spec.type !== spec.type)
    return {
      violations: [
        {
          field: fieldOf(document, 'spec.type'),
          description: 'can not be changed; delete the channel first, or use another name',
        },
      ],
    };
  const schema = channelType.configSchema ?? {};
  const kept = storedSecrets(existing, context);
  const split = splitConfig(spec.config, secretPaths(schema), kept, base);
  const appliedByOperator = operatorApplied(planning, spec.config);
  const wrong = onePerField([
    ...split.violations,
    ...context.checkConfig(schema, split.complete, base),
    ...addressViolations(spec.config, { base, appliedByOperator }, context),
  ]);
  if (wrong.length > 0) return { violations: wrong };
  const content = {
    spec: { ...document.spec, config: split.open },
    secrets: split.secrets,
    kept,
    appliedByOperator,
  };
  return { plan: sealedWrite(planning, content, context), violations: [] };
}

const addressViolations = (
  config: JsonObject,
  at: { base: string; appliedByOperator: boolean },
  context: DirectoryContext,
): FieldViolation[] => {
  const url = apiBaseUrlOf(config);
  const description =
    url === undefined ? undefined : apiBaseUrlProblem(url, at.appliedByOperator, context.fetchAllow);
  return description === undefined ? [] : [{ field: `${at.base}.api_base_url`, description }];
};

/** The first thing that is wrong with a field says enough. */
const onePerField = (violations: readonly FieldViolation[]): FieldViolation[] =>
  violations.filter(({ field }, index) => violations.findIndex((other) => other.field === field) === index);

const unknownType = (document: Document, state: ApplyState) => {
  const known = [...state.channelTypes.keys()].sort().join(', ');
  return {
    field: fieldOf(document, 'spec.type'),
    description: `is not a channel type; there are: ${known || 'none yet'}`,
  };
};
