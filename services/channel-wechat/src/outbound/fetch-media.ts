import { jsonObject, type MediaHttp, type ProviderFile, type ProviderResponse } from '@omnigate/channel-kit';
import type { Media, ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { maxMediaBytes } from '@omnigate/media';
import type { CallApi } from './api';
import { apiAnswerOf, resultOfCode } from './error-codes';

/**
 * Gets a customer's file by its id, which is good for three days. Errors come as JSON with HTTP 200; so does the address of a
 * film.
 * @throws AppError MEDIA_UNAVAILABLE where it is gone for good; else what is tried again
 */
export async function fetchMedia(
  callApi: CallApi,
  { media, channel }: { media: Media; channel: ResolvedChannel },
  http: MediaHttp,
): Promise<ProviderFile> {
  const response = await callApi(channel, http, {
    method: 'GET',
    path: '/cgi-bin/media/get',
    query: { media_id: media.providerMediaId },
    maxResponseBytes: maxMediaBytes,
    prepares: true,
  });
  const contentType = headerOf(response, 'content-type');
  if (!/^(application\/json|text\/)/.test(contentType)) {
    if (response.status !== 200) throw new AppError('FETCH_FAILED');
    const fileName = /filename="([^"]+)"/.exec(headerOf(response, 'content-disposition'))?.[1];
    return { body: response.body, contentType, ...(fileName ? { fileName } : {}) };
  }
  const { errcode } = apiAnswerOf(response);
  if (errcode !== undefined && errcode !== 0) throw refusal(errcode);
  const url = jsonObject(response)?.video_url;
  if (typeof url !== 'string') throw new AppError('FETCH_FAILED');
  const { body, contentType: claimed } = await http.fetch(url);
  return { body, contentType: claimed };
}

function refusal(errcode: number): AppError {
  const { kind } = resultOfCode(errcode);
  const passing = kind === 'retry' || kind === 'credentialsBroken';
  return new AppError(passing ? 'FETCH_FAILED' : 'MEDIA_UNAVAILABLE');
}

function headerOf(response: ProviderResponse, name: string): string {
  const value = response.headers[name];
  return typeof value === 'string' ? value : '';
}
