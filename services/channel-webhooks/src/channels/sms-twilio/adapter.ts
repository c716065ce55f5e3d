import {
  type ChannelAdapter,
  type ChannelManifest,
  type InboundMessage,
  type InboundRequest,
  jsonObject,
  type ProviderResponse,
  type ProviderStatus,
  plainText,
  type Receipt,
  retryAfterMs,
  type SendRequest,
  type SendResult,
  smsSegments,
  textLength,
} from '@omnigate/channel-kit';
import { DeliveryState, type Media, type ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { fetchMedia, mediaContent, outboundFiles, readMedia } from './media';
import { isSigned, readForm } from './signature';

/** spec.config of a channel of this type; the directory has checked it. */
interface TwilioConfig {
  account_sid: string;
  auth_token: string;
  /** A number in E.164, a short code, an alphanumeric sender, or the sid of a messaging service (MG…). */
  from: string;
  api_base_url: string;
}

const defaultApiBaseUrl = 'https://api.twilio.com';

const manifest: ChannelManifest = {
  type: 'sms-twilio',
  title: 'SMS by Twilio',
  adapterService: 'channel-webhooks',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['account_sid', 'auth_token', 'from'],
    properties: {
      account_sid: { type: 'string', minLength: 1, description: 'Account SID, of the Twilio console (AC…)' },
      auth_token: { type: 'string', minLength: 1, secret: true, description: 'Auth token of the account' },
      from: {
        type: 'string',
        minLength: 1,
        description: 'Your number in E.164, or a messaging service SID (MG…)',
      },
      api_base_url: {
        type: 'string',
        format: 'uri',
        default: defaultApiBaseUrl,
        description: "Twilio's API",
      },
    },
  },
  addressNamespace: 'phone',
  capabilities: {
    maxTextCharacters: 1_600,
    menu: false,
    singleMessageTurn: true,
    providerMessageIds: true,
    deliveryReceipts: true,
    readReceipts: false,
  },
  // A long code in the United States: one message segment a second.
  defaultMaxPerSecond: 1,
  secrets: ['auth_token'],
  textLimit: { unit: 'characters', limit: 1_600 },
};

/** SMS and MMS by Twilio's Programmable Messaging API, version 2010-04-01. */
export const smsTwilio: ChannelAdapter = {
  manifest,
  receive,
  send,
  fetchMedia: (media, channel, http) => {
    const config = configOf(channel);
    return fetchMedia(media, { baseUrl: config.api_base_url, authorization: authorizationOf(config) }, http);
  },
};

function configOf(channel: ResolvedChannel): TwilioConfig {
  const {
    account_sid = '',
    auth_token = '',
    from = '',
    api_base_url,
  } = (channel.config ?? {}) as Partial<TwilioConfig>;
  return { account_sid, auth_token, from, api_base_url: api_base_url || defaultApiBaseUrl };
}

function authorizationOf({ account_sid, auth_token }: TwilioConfig): string {
  return `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`;
}

// Inbound: POST, application/x-www-form-urlencoded:
// ToCountry=US&MessageSid=SM…&NumMedia=0&Body=Hello&From=%2B14158675309&AccountSid=AC…&To=%2B14155550100&ApiVersion=2010-04-01
// Status: MessageSid=SM…&MessageStatus=delivered&To=%2B14158675309&From=%2B14155550100&AccountSid=AC…&ErrorCode=30005

// TwiML that does nothing; with another body Twilio would text it to the customer.
const taken = { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' };

function receive(request: InboundRequest, channel: ResolvedChannel): Receipt {
  const config = configOf(channel);
  const form = readForm(request.rawBody);
  if (!isSigned(request, config.auth_token, form)) throw new AppError('SIGNATURE_INVALID');
  const field = (name: string) => form?.get(name)?.[0] ?? '';
  const providerMessageId = field('MessageSid') || field('SmsSid');
  // Signed with this token, but not of this account: a subaccount's webhook set to this URL.
  if (providerMessageId === '' || field('AccountSid') !== config.account_sid)
    throw new AppError('PAYLOAD_MALFORMED');
  const status = field('MessageStatus') || field('SmsStatus');
  const path = request.path.split('?', 1)[0] ?? '';
  if (path.endsWith('/status') || (status !== '' && !inboundStatuses.has(status))) {
    return { response: taken, messages: [], statuses: readStatus(request.path, field, providerMessageId) };
  }
  return { response: taken, messages: [readMessage(field, providerMessageId)], statuses: [] };
}

const inboundStatuses = new Set(['received', 'receiving']);

type Field = (name: string) => string;

function readMessage(field: Field, providerMessageId: string): InboundMessage {
  const address = field('From');
  if (address === '') throw new AppError('PAYLOAD_MALFORMED');
  const body = field('Body');
  const media = readMedia(field);
  const [first, ...others] = media;
  // What has no words is its first picture, so that nobody is asked about an empty text.
  const alone = body === '' && first !== undefined;
  const consentWord = consentWordOf(body, field('OptOutType'));
  return {
    providerMessageId,
    address,
    content: alone ? mediaContent(first) : { kind: { $case: 'text', value: { body } } },
    attachments: alone ? others : media,
    ...(field('ProfileName') ? { name: field('ProfileName') } : {}),
    ...(field('OriginalRepliedMessageSid') ? { replyTo: field('OriginalRepliedMessageSid') } : {}),
    ...(consentWord ? { consentWord } : {}),
  };
}

// Twilio acts on these by itself when they are the whole message, in any case of letters; we keep our ledger by them.
const consentWords = new Map<string, 'stop' | 'start' | 'help'>([
  ...['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL'].map(
    (word) => [word, 'stop'] as const,
  ),
  ...['START', 'YES', 'UNSTOP'].map((word) => [word, 'start'] as const),
  ...['HELP', 'INFO'].map((word) => [word, 'help'] as const),
]);
const optOutTypes = new Map<string, 'stop' | 'start' | 'help'>([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
]);

/** OptOutType comes from Advanced Opt-Out, which knows words of other languages too. */
function consentWordOf(body: string, optOutType: string): 'stop' | 'start' | 'help' | undefined {
  return optOutTypes.get(optOutType.toUpperCase()) ?? consentWords.get(body.trim().toUpperCase());
}

const statuses: Partial<Record<string, DeliveryState>> = {
  accepted: DeliveryState.DELIVERY_STATE_SENT,
  scheduled: DeliveryState.DELIVERY_STATE_SENT,
  queued: DeliveryState.DELIVERY_STATE_SENT,
  sending: DeliveryState.DELIVERY_STATE_SENT,
  sent: DeliveryState.DELIVERY_STATE_SENT,
  partially_delivered: DeliveryState.DELIVERY_STATE_SENT,
  delivered: DeliveryState.DELIVERY_STATE_DELIVERED,
  read: DeliveryState.DELIVERY_STATE_READ,
  undelivered: DeliveryState.DELIVERY_STATE_FAILED,
  failed: DeliveryState.DELIVERY_STATE_FAILED,
  canceled: DeliveryState.DELIVERY_STATE_FAILED,
};

/** None for a status that is new or says nothing of a message that we sent: acknowledged, of no interest. */
function readStatus(path: string, field: Field, providerMessageId: string): ProviderStatus[] {
  const status = (field('MessageStatus') || field('SmsStatus')).toLowerCase();
  const state = statuses[status];
  if (state === undefined) return [];
  const messageId = new URLSearchParams(path.split('?')[1] ?? '').get('message_id');
  const errorCode =
    field('ErrorCode') || (state === DeliveryState.DELIVERY_STATE_FAILED ? status.toUpperCase() : '');
  return [
    {
      providerMessageId,
      state,
      ...(messageId ? { messageId } : {}),
      ...(errorCode && errorCode !== '0' ? { errorCode } : {}),
      ...(errorCode === optedOutCode ? { optedOut: true } : {}),
    },
  ];
}

// Outbound: POST {base}/2010-04-01/Accounts/{sid}/Messages.json, basic auth, form To, From or MessagingServiceSid, Body,
// MediaUrl up to ten times, StatusCallback. 201 {"sid":"SM…","status":"queued",…}, else {"code":21211,"message":"…","more_info":"…","status":400}.
// There is no idempotency key: what is in doubt must not be repeated.

async function send(request: SendRequest, http: Parameters<ChannelAdapter['send']>[1]): Promise<SendResult> {
  const { body, files } = partsOf(request);
  if (body === undefined) return { kind: 'permanent', code: 'UNSUPPORTED_KIND' };
  const { unit, limit } = manifest.textLimit;
  if ((body.trim() === '' && files.length === 0) || textLength(body, unit) > limit)
    return { kind: 'permanent', code: 'MESSAGE_INVALID' };
  const outbound = await outboundFiles(request, files);
  if ('code' in outbound) return { kind: 'permanent', code: outbound.code };
  const config = configOf(request.channel);
  const sender = config.from.startsWith('MG') ? 'MessagingServiceSid' : 'From';
  const form = new URLSearchParams({ To: request.address, [sender]: config.from });
  if (body !== '') form.append('Body', body);
  for (const url of outbound.urls) form.append('MediaUrl', url);
  form.append('StatusCallback', request.statusUrl);
  const response = await http.request({
    method: 'POST',
    url: `${config.api_base_url.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(config.account_sid)}/Messages.json`,
    headers: {
      authorization: authorizationOf(config),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: form.toString(),
    signal: request.signal,
  });
  return judge(response, body);
}

/** The words of a message, undefined where it has none of its kind, and its files. */
function partsOf({ content, attachments }: SendRequest): { body: string | undefined; files: Media[] } {
  const { kind } = content;
  switch (kind?.$case) {
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return { body: kind.value.caption, files: [kind.value, ...attachments] };
    default:
      return { body: plainText(content), files: attachments };
  }
}

const optedOutCode = '21610';
const retryCodes = new Set(['20429', '14107', '30001', '30017', '30022', '30023', '63018', '21611']);
const windowClosedCodes = new Set(['63016']);
const credentialsCodes = new Set(['20003', '30002']);

function judge(response: ProviderResponse, body: string): SendResult {
  const { status } = response;
  const answer = jsonObject(response);
  if (status >= 200 && status < 300) return judgeTaken(answer, body);
  const code = codeOf(answer?.code);
  // A gateway between speaks for itself: what stands behind it may have taken the message.
  if (status === 502 || status === 504 || status === 408 || status < 400)
    return { kind: 'unknown', code: 'RESPONSE_STATUS' };
  if (status === 429) return retry(response, code || 'THROTTLED');
  if (status >= 500) return code ? retry(response, code) : { kind: 'unknown', code: 'RESPONSE_STATUS' };
  if (status === 401) return { kind: 'credentialsBroken', code: code || 'CREDENTIALS_BROKEN' };
  return code ? byCode(code, response) : { kind: 'permanent', code: 'RESPONSE_STATUS' };
}

/** A 2xx that can't be read leaves open whether there is a message. */
function judgeTaken(answer: ReturnType<typeof jsonObject>, body: string): SendResult {
  const failure = codeOf(answer?.error_code);
  if (failure) return byCode(failure);
  if (typeof answer?.sid !== 'string' || answer.sid === '')
    return { kind: 'unknown', code: 'RESPONSE_UNPARSEABLE' };
  return { kind: 'sent', providerMessageId: answer.sid, segments: smsSegments(body).segments };
}

function byCode(code: string, response?: ProviderResponse): SendResult {
  if (code === optedOutCode) return { kind: 'optedOut', code };
  if (windowClosedCodes.has(code)) return { kind: 'windowClosed', code };
  if (credentialsCodes.has(code)) return { kind: 'credentialsBroken', code };
  if (retryCodes.has(code)) return response ? retry(response, code) : { kind: 'retry', code };
  return { kind: 'permanent', code };
}

function retry(response: ProviderResponse, code: string): SendResult {
  const afterMs = retryAfterMs(response);
  return { kind: 'retry', code, ...(afterMs === undefined ? {} : { afterMs }) };
}

function codeOf(value: unknown): string {
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : '';
}
