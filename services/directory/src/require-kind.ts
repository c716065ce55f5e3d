import { AppError } from '@omnigate/errors';
import { type Kind, kindProblem, parseKind } from './domain/kind';

/**
 * Reads a kind that this version keeps.
 *
 * @param written as people write it
 * @returns the kind
 * @throws AppError INVALID_ARGUMENT for another one
 */
export function requireKind(written: string): Kind {
  const parsed = parseKind(written);
  if (parsed.state === 'kept') return parsed.kind;
  const description = kindProblem(parsed);
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field: 'kind', description }] });
}
