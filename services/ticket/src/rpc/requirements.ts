import { Media } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { sanitizeText } from '@omnigate/runtime';
import type { TicketKey } from '../store/tickets';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const number = /^[1-9]\d{0,17}$/;

const longestText = 2_000;
const mostFiles = 20;

/**
 * An error that names one field.
 *
 * @param field its path, snake_case
 * @param description what is wrong
 * @returns INVALID_ARGUMENT
 */
export const invalid = (field: string, description: string): AppError =>
  new AppError('INVALID_ARGUMENT', {}, { fields: [{ field, description }] });

/**
 * Checks an id that a caller gave.
 *
 * @param field the field's name
 * @param value the id
 * @returns the id in lower case
 * @throws AppError INVALID_ARGUMENT
 */
export function requireId(field: string, value: string): string {
  if (uuid.test(value)) return value.toLowerCase();
  throw invalid(field, 'must be a UUID');
}

/**
 * Reads which ticket a caller means.
 *
 * @param value its id or its number
 * @returns the key
 * @throws AppError INVALID_ARGUMENT
 */
export function requireTicketKey(value: string): TicketKey {
  if (uuid.test(value)) return { id: value.toLowerCase() };
  if (number.test(value)) return { number: BigInt(value) };
  throw invalid('ticket_id', "must be the ticket's id or number");
}

/**
 * Checks a text that a caller gave.
 *
 * @param field the field's name
 * @param value the text; may be empty
 * @param longest how many UTF-16 units
 * @returns the text as it can be stored
 * @throws AppError INVALID_ARGUMENT
 */
export function requireText(field: string, value: string, longest = longestText): string {
  if (value.length > longest) throw invalid(field, `must be at most ${longest} characters long`);
  return sanitizeText(value).trim();
}

/**
 * Checks files that a caller names: by their ids in the tenant's store, nothing else.
 *
 * @param files as they came
 * @returns the files
 * @throws AppError INVALID_ARGUMENT
 */
export function requireMedia(files: readonly Media[]): Media[] {
  if (files.length > mostFiles) throw invalid('media', `must be at most ${mostFiles} entries long`);
  return files.map((file, index) => {
    const mediaId = requireId(`media[${index}].media_id`, file.mediaId);
    const fileName = requireText(`media[${index}].file_name`, file.fileName, 255);
    const caption = requireText(`media[${index}].caption`, file.caption);
    const { contentType, sizeBytes, thumbnailId } = file;
    return Media.fromPartial({ mediaId, fileName, caption, contentType, sizeBytes, thumbnailId });
  });
}
