import { hash } from 'node:crypto';
import type { ProviderHttp } from '@omnigate/channel-kit';
import { AppError } from '@omnigate/errors';
import type { State } from '@omnigate/state';
import type { WechatConfig } from '../wechat-config';
import { apiAnswerOf, resultOfCode } from './error-codes';

// POST {base}/cgi-bin/stable_token {"grant_type":"client_credential","appid":…,"secret":…,"force_refresh":false}
// → {"access_token":"…","expires_in":7200}. In normal mode every call returns the same token until five minutes before it
// expires; a forced refresh ends it at once, and may be had 20 times a day, 30 s apart.

/** Access tokens, of which an account has one at a time. */
export interface Tokens {
  /** @throws AppError CREDENTIALS_BROKEN with WeChat's `code`, THROTTLED, RESPONSE_UNPARSEABLE, what `http` throws */
  get(config: WechatConfig, http: ProviderHttp): Promise<string>;
  /**
   * Returns a token in place of one that WeChat refused.
   * @throws AppError as `get`; CREDENTIALS_BROKEN where the same is given again and none may be forced now
   */
  renew(config: WechatConfig, http: ProviderHttp, refused: string): Promise<string>;
}

// Whoever has Redis' forgetfulness on their side gets one early; WeChat counts more strictly.
const spacing = { ratePerSecond: 1 / 30, burst: 1 };
const daily = { ratePerSecond: 20 / 86_400, burst: 20 };

/** Makes the tokens of all accounts; one process fetches for all (`State.token`). */
export function createTokens(state: Pick<State, 'token' | 'forgetToken' | 'takeTokens'>): Tokens {
  const get: Tokens['get'] = (config, http) =>
    state.token(keyOf(config), () => fetchToken(config, http, false));

  async function mayForce(config: WechatConfig): Promise<boolean> {
    const key = `force:${keyOf(config)}`;
    if (!(await state.takeTokens(key, spacing)).taken) return false;
    return (await state.takeTokens(`${key}:daily`, daily)).taken;
  }

  return {
    get,
    async renew(config, http, refused) {
      const key = keyOf(config);
      await state.forgetToken(key, refused);
      return state.token(key, async () => {
        const fetched = await fetchToken(config, http, false);
        if (fetched.value !== refused) return fetched;
        if (!(await mayForce(config))) throw new AppError('CREDENTIALS_BROKEN', { code: '40001' });
        return fetchToken(config, http, true);
      });
    },
  };
}

/** With the secret in it: who names another's app id without it must not get their token. */
function keyOf({ app_id, app_secret, api_base_url }: WechatConfig): string {
  return `wechat:${app_id}:${hash('sha256', `${api_base_url}|${app_secret}`).slice(0, 32)}`;
}

async function fetchToken(
  config: WechatConfig,
  http: ProviderHttp,
  force: boolean,
): Promise<{ value: string; expiresInMs: number }> {
  const response = await http.request({
    method: 'POST',
    url: `${config.api_base_url}/cgi-bin/stable_token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: config.app_id,
      secret: config.app_secret,
      force_refresh: force,
    }),
    prepares: true,
  });
  const { errcode, body } = apiAnswerOf(response, (each) => typeof each.access_token === 'string');
  if (errcode === undefined) throw new AppError('RESPONSE_UNPARSEABLE');
  if (errcode !== 0) throw refusal(errcode);
  return { value: String(body.access_token), expiresInMs: Number(body.expires_in) * 1_000 };
}

function refusal(errcode: number): AppError {
  const code = resultOfCode(errcode).kind === 'retry' ? 'THROTTLED' : 'CREDENTIALS_BROKEN';
  return new AppError(code, { code: String(errcode) });
}
