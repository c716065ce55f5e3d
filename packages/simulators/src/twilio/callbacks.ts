import { Agent, request } from 'undici';

/** Signs a request as Twilio does; made by Twilio's own SDK, so that it is no copy of what is tested. */
type Sign = (authToken: string, url: string, params: Record<string, unknown>) => string;

let signer: Sign | undefined;

// Loaded when first used: the SDK takes half a second, and a simulator that only takes sends needs none.
function sign(...parameters: Parameters<Sign>): string {
  signer ??= (require('twilio/lib/webhooks/webhooks') as { getExpectedTwilioSignature: Sign })
    .getExpectedTwilioSignature;
  return signer(...parameters);
}

/** How Omnigate answered a webhook. */
export interface WebhookAnswer {
  status: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Posts signed forms as Twilio does. */
export interface Caller {
  /**
   * @param url absolute; signed as it is
   * @param params an array is a name that comes several times
   */
  post(
    url: string,
    params: Record<string, string | string[]>,
    change?: RequestChange,
  ): Promise<WebhookAnswer>;
  close(): Promise<void>;
}

/** What differs from an honest request. */
export interface RequestChange {
  headers?: Record<string, string>;
  /** Signed with this token; default: the account's. */
  authToken?: string;
  /** Signed for this URL; default: the one called. */
  signedUrl?: string;
}

/** Makes a caller for an account. */
export function createCaller(authToken: string): Caller {
  const agent = new Agent({ connections: 64 });
  return {
    async post(url, params, change = {}) {
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries(params)) {
        for (const each of Array.isArray(value) ? value : [value]) form.append(name, each);
      }
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          'x-twilio-signature': sign(change.authToken ?? authToken, change.signedUrl ?? url, params),
          ...change.headers,
        },
        body: form.toString(),
      });
      return { status: answer.statusCode, body: await answer.body.text(), headers: answer.headers };
    },
    close: () => agent.close(),
  };
}
