import { jsonObject, type ProviderHttp, type ProviderResponse } from '@omnigate/channel-kit';
import type { Media, ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { CallApi } from './api';
import { apiAnswerOf, resultOfCode } from './error-codes';

/** A customer's file as WeChat gave it. */
export interface ProviderFile {
  body: Buffer;
  contentType: string;
  fileName?: string;
}

/** Gets an address that WeChat's answer names. */
export type FetchUrl = (url: string) => Promise<{ body: Buffer; contentType: string }>;

/**
 * Gets a customer's file, by its id, which is good for three days. Errors come as JSON with HTTP 200; so does the address of
 * a film.
 * @throws AppError SEND_REFUSED with WeChat's `code` where it is gone for good; what the API's calls throw
 */
export async function fetchMedia(
  callApi: CallApi,
  { media, channel }: { media: Media; channel: ResolvedChannel },
  http: ProviderHttp,
  fetchUrl: FetchUrl,
): Promise<ProviderFile> {
  const response = await callApi(channel, http, {
    method: 'GET',
    path: '/cgi-bin/media/get',
    query: { media_id: media.providerMediaId },
    prepares: true,
  });
  const contentType = headerOf(response, 'content-type');
  if (!/^(application\/json|text\/)/.test(contentType)) {
    if (response.status !== 200) throw new AppError('RESPONSE_STATUS', { status: String(response.status) });
    const fileName = /filename="([^"]+)"/.exec(headerOf(response, 'content-disposition'))?.[1];
    return { body: response.body, contentType, ...(fileName ? { fileName } : {}) };
  }
  const { errcode } = apiAnswerOf(response);
  if (errcode !== undefined && errcode !== 0) throw refusal(errcode);
  const url = jsonObject(response)?.video_url;
  if (typeof url !== 'string') throw new AppError('RESPONSE_UNPARSEABLE');
  return fetchUrl(url);
}

function refusal(errcode: number): AppError {
  const passing = resultOfCode(errcode).kind === 'retry';
  return new AppError(passing ? 'THROTTLED' : 'SEND_REFUSED', { code: String(errcode) });
}

function headerOf(response: ProviderResponse, name: string): string {
  const value = response.headers[name];
  return typeof value === 'string' ? value : '';
}
