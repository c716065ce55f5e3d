import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { request as fetchUrl } from 'undici';
import { answerError } from './faults';

/** A file of the account, as a customer's telephone sent it. */
export interface AccountFile {
  contentType: string;
  body: Buffer;
}

/** A file of the account, or a link to any. */
export type InboundFile = AccountFile | { url: string; contentType: string };

/** What came of getting a message's file. */
export interface GotFile {
  url: string;
  contentType: string;
  body: Buffer;
  /** Why the message fails; empty where it goes. */
  errorCode: '' | '11200' | '12300' | '30019';
}

// Twilio makes pictures of these types smaller itself; of others carriers take no more.
const shrunkType = /^image\/(?:jpeg|png|gif)$/;
const maxShrunkBytes = 5 * 1024 * 1024;
const maxOtherBytes = 500 * 1024;
const carriedType =
  /^(?:image|audio|video)\/|^text\/(?:vcard|csv|calendar|rtf)$|^application\/(?:pdf|vcard)$/;
const storePath = /^\/store\/(ME[0-9a-f]+)$/;
const filePath = /^\/2010-04-01\/Accounts\/[^/]+\/Messages\/[^/]+\/Media\/(ME[0-9a-f]+)$/;

/**
 * Gets a file as Twilio does: a plain GET of a public link, whose answer must be a type and size that carriers take.
 * Source: Twilio's "Accepted Content Types for Media" and "Error and Warning Dictionary".
 */
export async function getFile(url: string): Promise<GotFile> {
  const got: GotFile = { url, contentType: '', body: Buffer.alloc(0), errorCode: '11200' };
  try {
    const answer = await fetchUrl(url, { headers: { 'user-agent': 'TwilioProxy/1.1' } });
    got.body = Buffer.from(await answer.body.arrayBuffer());
    const type = answer.headers['content-type'];
    got.contentType = (typeof type === 'string' ? type : '').split(';', 1)[0] as string;
    if (answer.statusCode === 200) got.errorCode = judge(got);
  } catch {
    // Nobody is there.
  }
  return got;
}

function judge({ contentType, body }: GotFile): GotFile['errorCode'] {
  if (!carriedType.test(contentType)) return '12300';
  return body.length > (shrunkType.test(contentType) ? maxShrunkBytes : maxOtherBytes) ? '30019' : '';
}

/** Files that customers sent to the account. */
export interface AccountFiles {
  /**
   * Keeps what is bytes.
   * @param messageUrl of the message, in the API
   * @returns the webhook's fields that tell of the files
   */
  fields(messageUrl: string, media: readonly InboundFile[]): Record<string, string>;
  /**
   * Answers who asks for a file: the account itself is led on to the store, which asks for nothing.
   * @returns false where the path is none of a file
   */
  answer(
    response: ServerResponse,
    request: { path: string; authorization: string | undefined; credentials: string },
  ): boolean;
}

/** Makes an account without files. */
export function createAccountFiles(): AccountFiles {
  const files = new Map<string, AccountFile>();
  return {
    fields(messageUrl, media) {
      const named = media.map((each, index): [string, string][] => {
        const id = `ME${randomBytes(16).toString('hex')}`;
        if ('body' in each) files.set(id, each);
        const url = 'url' in each ? each.url : `${messageUrl}/Media/${id}`;
        return [
          [`MediaUrl${index}`, url],
          [`MediaContentType${index}`, each.contentType],
        ];
      });
      return Object.fromEntries(named.flat());
    },
    answer(response, { path, authorization, credentials }) {
      const kept = storePath.exec(path)?.[1];
      const asked = filePath.exec(path)?.[1];
      if (kept === undefined && asked === undefined) return false;
      const file = files.get(kept ?? asked ?? '');
      if (asked !== undefined && authorization !== credentials)
        answerError(response, { status: 401, code: 20003, message: 'Authenticate' });
      else if (!file)
        answerError(response, { status: 404, code: 20404, message: 'The requested resource was not found' });
      else if (asked !== undefined) response.writeHead(307, { location: `/store/${asked}` }).end();
      else response.writeHead(200, { 'content-type': file.contentType }).end(file.body);
      return true;
    },
  };
}
