import {
  type AppliedResource,
  type ApplyResourcesResponse,
  DirectoryServiceService,
  type Resource,
} from '@omnigate/contracts';
import { type FieldViolation, isAppError } from '@omnigate/errors';
import { CommandError } from '../command-error';
import type { Server } from '../connection';

/** Large applies write thousands of rows in one transaction. */
const applyDeadlineMs = 120_000;

/** Something that is wrong in a file. */
export interface Problem {
  /** The file as the person named it. */
  source: string;
  /** From 1. */
  line: number;
  /** The field and what is wrong with it. */
  text: string;
}

/** What an apply sends, and where each resource comes from. */
export interface ApplyRequest {
  resources: Resource[];
  validateOnly: boolean;
  /**
   * Puts a violation into the words of the person's own file.
   *
   * @param index of the resource.
   * @param field path in it, such as `spec.type`.
   * @param description what is wrong.
   */
  problemAt(index: number, field: string, description: string): Problem;
}

// resources[3].spec.type
const resourceField = /^resources\[(\d+)\]\.?(.*)$/;

/**
 * Applies resources, all or none.
 *
 * @param server where.
 * @param request what.
 * @returns what became of each, in order.
 * @throws CommandError with file, line and field of all that is wrong; AppError for anything else.
 */
export async function applyDocuments(server: Server, request: ApplyRequest): Promise<AppliedResource[]> {
  const { resources, validateOnly } = request;
  const directory = server.client(DirectoryServiceService);
  try {
    const options = { deadlineMs: applyDeadlineMs };
    const response: ApplyResourcesResponse = await directory.applyResources(
      { resources, validateOnly },
      options,
    );
    return response.resources;
  } catch (error) {
    if (!isAppError(error) || error.fields.length === 0) throw error;
    throw refused(error.fields.map((violation) => problemOf(violation, request)));
  }
}

function problemOf({ field, description }: FieldViolation, request: ApplyRequest): Problem {
  const [, index, path = ''] = resourceField.exec(field) ?? [];
  if (index === undefined) return { source: 'request', line: 0, text: `${field}: ${description}` };
  return request.problemAt(Number(index), path, description);
}

/**
 * Says that nothing was applied, and why.
 *
 * @param problems all that is wrong.
 * @returns the error, to be thrown; its lines read `shop.yaml:7: spec.type: is required`.
 */
export function refused(problems: readonly Problem[]): CommandError {
  const files = [...new Set(problems.map(({ source }) => source))];
  const inOrder = files.flatMap((file) =>
    problems.filter(({ source }) => source === file).sort((left, right) => left.line - right.line),
  );
  const lines = inOrder.map(({ source, line, text }) => `${source}:${line}: ${text}`);
  return new CommandError(
    `nothing was applied\n${lines.join('\n')}`,
    undefined,
    'Mend these, then apply again; docs/resources.md has all fields.',
  );
}
