import type { FieldViolation } from '@omnigate/errors';
import type { Caller, DirectoryContext } from '../directory-context';
import type { ConnectorSpec } from '../domain/connector-spec';
import { apiBaseUrlProblem } from '../domain/private-address';
import { maskedSecret } from '../domain/resource';
import { splitConfig } from '../domain/secret-fields';
import { fieldOf, type Planned } from './apply-plan';
import { type SealedPlanning, sealedWrite, storedSecrets } from './sealed-write';

type ConnectorPlanning = SealedPlanning & { caller: Caller };

const secretPath = (header: string): string => `headers.${header}`;

/**
 * Plans what an apply does to a connector: its headers are sealed, and what is stored of them never goes to another
 * system than the one that they were written for.
 *
 * @param planning the document and what it meets
 * @param context directory's
 * @returns the plan, or all that is wrong
 */
export function planConnector(planning: ConnectorPlanning, context: DirectoryContext): Planned {
  const { document, existing, caller } = planning;
  const spec = document.spec as unknown as ConnectorSpec;
  const kept = storedSecrets(existing, context);
  const before = existing?.spec.base_url;
  const moved = before !== undefined && originOf(String(before)) !== originOf(spec.base_url);
  const paths = new Set([...Object.keys(spec.headers).map(secretPath), ...kept.keys()]);
  const usable = moved ? new Map<string, string>() : kept;
  const base = fieldOf(document, 'spec');
  const split = splitConfig(document.spec, [...paths], usable, base);
  const appliedByOperator =
    caller.roles.includes('operator') || (existing?.appliedByOperator === true && before === spec.base_url);
  const problem = apiBaseUrlProblem(spec.base_url, appliedByOperator, context.fetchAllow);
  const violations = [
    ...(problem === undefined ? [] : [{ field: `${base}.base_url`, description: problem }]),
    ...(moved ? lostSecrets(spec, kept, base) : split.violations),
  ];
  if (violations.length > 0) return { violations };
  const content = { spec: split.open, secrets: split.secrets, kept, appliedByOperator };
  return { plan: sealedWrite(planning, content, context), violations: [] };
}

const originOf = (url: string): string => URL.parse(url)?.origin ?? url;

/** Whoever may write but not read the secrets could else have them sent to an address of their own. */
const lostSecrets = (
  { headers }: ConnectorSpec,
  kept: ReadonlyMap<string, string>,
  base: string,
): FieldViolation[] => {
  const written = new Map(Object.entries(headers).map(([name, value]) => [secretPath(name), value]));
  const masked = [...written].filter(([, value]) => value === maskedSecret).map(([path]) => path);
  const absent = [...kept.keys()].filter((path) => !written.has(path));
  return [...masked, ...absent].map((path) => ({
    field: `${base}.${path}`,
    description: 'must be written again, or be null, since base_url names another system',
  }));
};
