import type { GrpcStatusName } from './grpc-status';

/** How one error code looks from outside. */
export interface ErrorRow {
  /** gRPC status that carries it. */
  grpc: GrpcStatusName;
  /** HTTP status that carries it. */
  http: number;
  /** The same request may succeed later, unchanged. */
  retryable: boolean;
  /** English text; `{name}` is metadata.name, `{: name}` adds the punctuation only where the value is there. */
  message: string;
}

const row = (grpc: GrpcStatusName, http: number, message: string): ErrorRow => ({
  grpc,
  http,
  retryable: false,
  message,
});
const retry = (grpc: GrpcStatusName, http: number, message: string): ErrorRow => ({
  ...row(grpc, http, message),
  retryable: true,
});

/** Every error code of Omnigate, in one place. docs/errors.md tells users what to do about each; a test compares. */
export const errorTable = {
  // One for every gRPC status, so that any answer has a code.
  INTERNAL: row('INTERNAL', 500, 'Something went wrong inside Omnigate.'),
  INVALID_ARGUMENT: row('INVALID_ARGUMENT', 400, 'The request is not valid{: reason}.'),
  NOT_FOUND: row('NOT_FOUND', 404, 'Not found{: resource}.'),
  ALREADY_EXISTS: row('ALREADY_EXISTS', 409, 'It exists already{: resource}.'),
  UNAUTHENTICATED: row('UNAUTHENTICATED', 401, 'The API key is missing or unknown.'),
  PERMISSION_DENIED: row('PERMISSION_DENIED', 403, 'This API key may not do that{: reason}.'),
  FAILED_PRECONDITION: row('FAILED_PRECONDITION', 409, 'Not possible in the present state{: reason}.'),
  ABORTED: retry('ABORTED', 409, 'Another change came first.'),
  RESOURCE_EXHAUSTED: row('RESOURCE_EXHAUSTED', 429, 'Too much or too many{: reason}.'),
  UNIMPLEMENTED: row('UNIMPLEMENTED', 501, 'This server does not have that method.'),
  UNAVAILABLE: retry('UNAVAILABLE', 503, 'The server is not reached{: reason}.'),
  DEADLINE_EXCEEDED: retry('DEADLINE_EXCEEDED', 504, 'There was no answer in time.'),
  CANCELLED: row('CANCELLED', 499, 'The call was cancelled.'),
  // Requests.
  REQUEST_ID_REUSED: row('INVALID_ARGUMENT', 400, 'This request_id was used with another payload.'),
  PAGE_TOKEN_INVALID: row('INVALID_ARGUMENT', 400, 'The page_token is not one that this list returned.'),
  RESUME_TOKEN_INVALID: row(
    'INVALID_ARGUMENT',
    400,
    'The resume_token is not one that this stream returned.',
  ),
  // Webhooks.
  PAYLOAD_MALFORMED: row('INVALID_ARGUMENT', 400, 'The payload is signed but can not be read.'),
  PAYLOAD_TOO_LARGE: row('INVALID_ARGUMENT', 413, 'The payload is too large.'),
  SIGNATURE_INVALID: row('PERMISSION_DENIED', 403, 'The signature is missing or wrong.'),
  CHANNEL_UNKNOWN: row('PERMISSION_DENIED', 403, 'There is no such channel.'),
  // Bus, database, start.
  RECORD_TOO_LARGE: row(
    'INVALID_ARGUMENT',
    413,
    'The message is larger than 900 KB with all that belongs to it.',
  ),
  OVERLOADED: retry('RESOURCE_EXHAUSTED', 503, 'Too much is waiting; try again later.'),
  DATABASE_UNAVAILABLE: retry('UNAVAILABLE', 503, 'The database is not reached.'),
  BUS_UNAVAILABLE: retry('UNAVAILABLE', 503, 'The message bus is not reached.'),
  CONFIG_INVALID: row('FAILED_PRECONDITION', 500, 'The configuration is not valid{: reason}.'),
  ENCRYPTION_KEY_MISMATCH: row(
    'FAILED_PRECONDITION',
    500,
    'The database holds secrets that OMNIGATE_ENCRYPTION_KEY does not open.',
  ),
  // Bot.
  BOT_BUSY: retry('RESOURCE_EXHAUSTED', 503, 'The bot has too many questions waiting.'),
  BOT_TIMEOUT: retry('DEADLINE_EXCEEDED', 504, 'The bot did not answer in time.'),
  // Conversations.
  OFFER_GONE: row('FAILED_PRECONDITION', 409, 'The offer is no longer open.'),
  CONVERSATION_RESOLVED: row('FAILED_PRECONDITION', 409, 'The conversation is resolved.'),
  NOT_OWNER: row('FAILED_PRECONDITION', 409, 'The conversation is not yours{: reason}.'),
  // Sending: also the error_code of a delivery.
  RECIPIENT_OPTED_OUT: row('FAILED_PRECONDITION', 409, 'The customer wants no messages on this channel.'),
  SEND_REFUSED: row('FAILED_PRECONDITION', 409, 'The channel does not take this message{: reason}.'),
  UNSUPPORTED_KIND: row('INVALID_ARGUMENT', 400, 'The channel can not carry this kind of content{: kind}.'),
  CHANNEL_CONFIG: row('FAILED_PRECONDITION', 409, "The channel's configuration does not work{: reason}."),
  MESSAGE_INVALID: row('INVALID_ARGUMENT', 400, 'The provider does not accept this message{: reason}.'),
  CONNECTION_FAILED: retry('UNAVAILABLE', 502, 'The provider is not reached.'),
  THROTTLED: retry('RESOURCE_EXHAUSTED', 429, 'The provider asks to slow down.'),
  RESPONSE_STATUS: row('UNKNOWN', 502, 'The provider answered with an unexpected status{: status}.'),
  RESPONSE_UNPARSEABLE: row('UNKNOWN', 502, "The provider's answer can not be read."),
  RESPONSE_UNEXPECTED: row('UNKNOWN', 502, "The provider's answer lacks what it should hold."),
  REJECTED: row('FAILED_PRECONDITION', 422, 'The provider rejected the message{: code}.'),
  REJECTED_RETRYABLE: retry('UNAVAILABLE', 503, 'The provider rejected the message for now{: code}.'),
  WINDOW_CLOSED: row('FAILED_PRECONDITION', 409, "The provider's reply window is closed."),
  REPLY_LIMIT_REACHED: row(
    'FAILED_PRECONDITION',
    409,
    'The provider takes no more messages until the customer writes again.',
  ),
  CREDENTIALS_BROKEN: row(
    'FAILED_PRECONDITION',
    409,
    "The provider does not accept the channel's credentials.",
  ),
  SEND_UNKNOWN: row(
    'UNKNOWN',
    502,
    'Whether the provider took the message is not known; it is not sent again.',
  ),
  NOT_AFTER_PASSED: row('FAILED_PRECONDITION', 409, 'The message was too old to be sent.'),
  NOT_WRITTEN: retry('UNAVAILABLE', 502, 'Nothing of the request reached the provider.'),
  AMBIGUOUS: row(
    'UNKNOWN',
    502,
    "The connection broke after the request was written; the provider's act is not known.",
  ),
  // Media: also the error_code of a file that could not be had.
  MEDIA_TOO_LARGE: row('INVALID_ARGUMENT', 413, 'The file is too large{: limit}.'),
  MEDIA_TYPE_REFUSED: row('INVALID_ARGUMENT', 415, 'Files of this kind are not taken{: reason}.'),
  MEDIA_EMPTY: row('INVALID_ARGUMENT', 400, 'The file is empty.'),
  MEDIA_UNAVAILABLE: row('NOT_FOUND', 404, 'The file is not there{: status}.'),
  FETCH_REFUSED: row('FAILED_PRECONDITION', 409, 'The address is not one that is fetched{: reason}.'),
  FETCH_FAILED: retry('UNAVAILABLE', 502, 'The file can not be fetched now{: status}.'),
  // Web chat.
  CHAT_UNKNOWN: row('NOT_FOUND', 404, 'There is no such web chat channel.'),
  ORIGIN_REFUSED: row(
    'PERMISSION_DENIED',
    403,
    'Pages of this origin may not use the channel; see its allowed_origins.',
  ),
  VISITOR_TOKEN_INVALID: row(
    'UNAUTHENTICATED',
    401,
    'The visitor token is missing, forged or expired; open a new session.',
  ),
  IDENTITY_INVALID: row(
    'UNAUTHENTICATED',
    401,
    "The hash does not fit user_id and the channel's identity_secret.",
  ),
  RATE_LIMITED: retry('RESOURCE_EXHAUSTED', 429, 'Too many requests; try again later.'),
  POSITION_INVALID: row(
    'FAILED_PRECONDITION',
    500,
    'The log does not have the position of group {group} in topic {topic}; was the database restored apart?',
  ),
} as const satisfies Record<string, ErrorRow>;

/** One of Omnigate's error codes, UPPER_SNAKE_CASE; travels as `ErrorInfo.reason`. */
export type ErrorCode = keyof typeof errorTable;

/**
 * Says whether a text is one of this version's error codes.
 * @param code such as an `ErrorInfo.reason` from another server
 */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}
