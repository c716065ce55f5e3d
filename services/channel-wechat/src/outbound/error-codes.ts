import { jsonObject, type ProviderResponse, retryAfterMs, type SendResult } from '@omnigate/channel-kit';

// https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html; errors come with HTTP 200.

/** The token is refused: a new one may be taken. */
const tokenCodes = new Set([40001, 40014, 42001, 41001]);
/** 48 hours have passed or the customer has left; the messages are used up. */
const windowClosedCodes = new Set([45015, 45047]);
/** App id, secret, IP list, a ban: only an operator can help. 48001 is in `send`. */
const credentialsCodes = new Set([40013, 40125, 40164, 48004, 50002]);
/** Busy, too often, the day's quota. Those without a time back off by themselves. */
const retryCodes = new Map<number, number | undefined>([
  [-1, undefined],
  [45011, 60_000],
  [45009, 3_600_000],
]);

/** The account may not use this interface. */
export const noPermissionCode = 48001;

/** What an answer of WeChat's API says. */
export interface ApiAnswer {
  /** 0 for success; undefined where the answer is not WeChat's own. */
  errcode: number | undefined;
  body: Record<string, unknown>;
}

/**
 * Reads an answer of the API.
 * @param success says whether a body without an errcode is a success; default: none is
 */
export function apiAnswerOf(
  response: ProviderResponse,
  success: (body: Record<string, unknown>) => boolean = () => false,
): ApiAnswer {
  const body = jsonObject(response) ?? {};
  if (typeof body.errcode === 'number' && Number.isInteger(body.errcode))
    return { errcode: body.errcode, body };
  const good = response.status >= 200 && response.status < 300 && success(body);
  return { errcode: good ? 0 : undefined, body };
}

/** Says whether WeChat refused the token that a request came with. */
export function refusesToken({ errcode }: ApiAnswer): boolean {
  return errcode !== undefined && tokenCodes.has(errcode);
}

/** What an errcode other than 0 means for a message. */
export function resultOfCode(errcode: number): SendResult {
  const code = String(errcode);
  if (tokenCodes.has(errcode) || credentialsCodes.has(errcode)) return { kind: 'credentialsBroken', code };
  if (windowClosedCodes.has(errcode)) return { kind: 'windowClosed', code };
  if (!retryCodes.has(errcode)) return { kind: 'permanent', code };
  const afterMs = retryCodes.get(errcode);
  return { kind: 'retry', code, ...(afterMs === undefined ? {} : { afterMs }) };
}

/**
 * What an answer means that WeChat itself did not write: a gateway between speaks for itself, and what stands behind it may
 * have taken the message.
 */
export function resultOfForeign(response: ProviderResponse): SendResult {
  const { status } = response;
  if (status === 429) {
    const afterMs = retryAfterMs(response);
    return { kind: 'retry', code: 'THROTTLED', ...(afterMs === undefined ? {} : { afterMs }) };
  }
  if (status >= 200 && status < 300) return { kind: 'unknown', code: 'RESPONSE_UNPARSEABLE' };
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'permanent', code: 'RESPONSE_STATUS' };
  return { kind: 'unknown', code: 'RESPONSE_STATUS' };
}
