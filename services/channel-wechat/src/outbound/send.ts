import { type ProviderHttp, type SendRequest, type SendResult, textLength } from '@omnigate/channel-kit';
import { type AppError, isAppError } from '@omnigate/errors';
import { maxTextBytes } from '../manifest';
import type { AnswerOnly } from './answer-only';
import type { CallApi } from './api';
import { apiAnswerOf, noPermissionCode, resultOfCode, resultOfForeign } from './error-codes';
import { messageBodyOf, type Part, partsOf } from './message-body';
import type { Uploads } from './uploads';

/** What sending stands on. */
export interface SendDeps {
  callApi: CallApi;
  uploads: Uploads;
  answerOnly: AnswerOnly;
}

/** How long an answer is kept for what the customer writes next; WeChat's windows and routing's `not_after` are shorter. */
export const keptMs = 24 * 3_600_000;

/**
 * Sends a customer-service message. WeChat gives it no id and no key against repeats: what is in doubt must not be repeated.
 */
export async function sendMessage(
  deps: SendDeps,
  request: SendRequest,
  http: ProviderHttp,
): Promise<SendResult> {
  const parts = partsOf(request.content, request.attachments);
  if (!parts) return { kind: 'permanent', code: 'UNSUPPORTED_KIND' };
  if (!parts.every(isSendable)) return { kind: 'permanent', code: 'MESSAGE_INVALID' };
  if (deps.answerOnly.has(request.channel))
    return { kind: 'deferred', afterMs: keptMs, code: String(noPermissionCode) };
  let result: SendResult = { kind: 'permanent', code: 'MESSAGE_INVALID' };
  for (const [index, part] of parts.entries()) {
    result = await sendPart(deps, request, part, http);
    if (result.kind === 'sent') continue;
    // What has gone must not go again, so the rest is not tried again either; people are told.
    return index > 0 && result.kind !== 'unknown' ? { kind: 'permanent', code: result.code } : result;
  }
  return result;
}

function isSendable(part: Part): boolean {
  if (part.kind === 'menu' && part.options.length === 0) return false;
  const words = part.kind === 'text' ? part.text : part.kind === 'menu' ? part.body : undefined;
  if (words === undefined) return true;
  return words.trim() !== '' && textLength(words, 'bytes') <= maxTextBytes;
}

async function sendPart(
  deps: SendDeps,
  request: SendRequest,
  part: Part,
  http: ProviderHttp,
): Promise<SendResult> {
  const { channel, address, signal } = request;
  try {
    const mediaId = part.kind === 'file' ? await deps.uploads.put(channel, part.media, part.type, http) : '';
    const response = await deps.callApi(channel, http, {
      method: 'POST',
      path: '/cgi-bin/message/custom/send',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ touser: address, ...messageBodyOf(part, mediaId) }),
      signal,
    });
    const { errcode } = apiAnswerOf(response);
    if (errcode === undefined) return resultOfForeign(response);
    if (errcode === 0) return { kind: 'sent', providerMessageId: '' };
    if (errcode !== noPermissionCode) return resultOfCode(errcode);
    deps.answerOnly.note(channel);
    return { kind: 'deferred', afterMs: keptMs, code: String(errcode) };
  } catch (error) {
    return isAppError(error) ? resultOfPreparing(error) : Promise.reject(error);
  }
}

/** What it means that a token or an upload could not be had; what the wire threw is the sender's to class. */
function resultOfPreparing(error: AppError): SendResult {
  const { code = '' } = error.metadata;
  switch (error.code) {
    case 'CREDENTIALS_BROKEN':
      return { kind: 'credentialsBroken', code: code || error.code };
    case 'SEND_REFUSED':
      return resultOfCode(Number(code));
    case 'MESSAGE_INVALID':
      return { kind: 'permanent', code: error.code };
    case 'THROTTLED':
      return { kind: 'retry', code: code || error.code, afterMs: 60_000 };
    case 'RESPONSE_UNPARSEABLE':
    case 'CONNECTION_FAILED':
      return { kind: 'retry', code: error.code };
    default:
      throw error;
  }
}
