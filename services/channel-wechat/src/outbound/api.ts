import type { ProviderHttp, ProviderRequest, ProviderResponse } from '@omnigate/channel-kit';
import type { ResolvedChannel } from '@omnigate/contracts';
import { AppError, isAppError } from '@omnigate/errors';
import { wechatConfigOf } from '../wechat-config';
import { apiAnswerOf, refusesToken } from './error-codes';
import type { Tokens } from './tokens';

/** One call of WeChat's API, without its token. */
export interface ApiCall extends Omit<ProviderRequest, 'url'> {
  /** Such as `/cgi-bin/message/custom/send`. */
  path: string;
  query?: Record<string, string>;
}

/**
 * Calls the API with the account's token. A call whose token WeChat refuses did nothing; it is repeated once with another.
 * @throws AppError as `Tokens`; what `http` throws, but NOT_WRITTEN where the repeat did not get out
 */
export type CallApi = (
  channel: ResolvedChannel,
  http: ProviderHttp,
  call: ApiCall,
) => Promise<ProviderResponse>;

/** Makes the calls of all accounts. */
export function createApi(tokens: Tokens): CallApi {
  return async (channel, http, call) => {
    const config = wechatConfigOf(channel);
    const { path, query, ...request } = call;
    const attempt = (token: string) => {
      const parameters = new URLSearchParams({ access_token: token, ...query });
      return http.request({ ...request, url: `${config.api_base_url}${path}?${parameters}` });
    };
    const token = await tokens.get(config, http);
    const response = await attempt(token);
    if (!refusesToken(apiAnswerOf(response))) return response;
    try {
      return await attempt(await tokens.renew(config, http, token));
    } catch (error) {
      // An exchange has been made, so the sender would take the message for one that may have been sent.
      if (isAppError(error, 'NOT_WRITTEN')) throw new AppError('CONNECTION_FAILED', {}, { cause: error });
      throw error;
    }
  };
}
