import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelFixtures, describeChannelContract } from '@omnigate/channel-kit/contract';
import { type Content, DeliveryState, Media, ResolvedChannel } from '@omnigate/contracts';
import { samplePng } from '@omnigate/testkit';
// The oracle: Twilio's own signatures.
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { smsTwilio } from './adapter';
import { fetchMedia, outboundFiles } from './media';

const payload = (name: string) => readFileSync(join(__dirname, 'testdata', name), 'utf8');
const form = (name: string) => Object.fromEntries(new URLSearchParams(payload(name)));
const formType = 'application/x-www-form-urlencoded; charset=UTF-8';
const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });
const media = (providerUrl: string, contentType: string) => Media.fromPartial({ providerUrl, contentType });
const inbound = (name: string) => ({ contentType: formType, body: payload(name) });
const mediaUrl = (message: string, index: number) =>
  `https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/${message}/Media/ME${index}`;
const png = samplePng();
const fileId = (n: number) => `0198f000-0000-7000-8000-0000000001${n}0`;
const stored = (n: number, more: Partial<Media> = {}) => Media.fromPartial({ mediaId: fileId(n), ...more });
const picture = (value: Media): Content => ({ kind: { $case: 'image', value } });
const linkTo = (n: number) => `https://gate.example.com/media/${fileId(n)}`;
const basic = `Basic ${Buffer.from('AC1:a-token-never-to-be-seen').toString('base64')}`;
const id = '0198f000-0000-7000-8000-000000000001';
const config = { account_sid: 'AC1', auth_token: 'a-token-never-to-be-seen', from: '+14155550100' };
const sid = (first: string) => `${first}a2b3c4d5e6f708192a3b4c5d6e7f809`;
const status = (name: string, path = `/status?message_id=${id}`) => ({ ...inbound(name), path });
const from = '+14158675309';
const statusBody = (value: string, more = '') =>
  `MessageSid=SM1&AccountSid=AC1&MessageStatus=${value}&To=%2B14158675309&From=%2B14155550100${more}`;
const statusFixture = (value: string, state: DeliveryState, errorCode?: string) => ({
  name: `status ${value}`,
  request: { contentType: formType, body: statusBody(value), path: `/status?message_id=${id}` },
  messages: [],
  statuses: [{ providerMessageId: 'SM1', state, messageId: id, ...(errorCode ? { errorCode } : {}) }],
});
const error = (code: number, httpStatus = 400) => ({
  status: httpStatus,
  body: JSON.stringify({ code, message: 'said by Twilio', more_info: '', status: httpStatus }),
});

const words = {
  stop: ['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL'],
  start: ['START', 'YES', 'UNSTOP'],
  help: ['HELP', 'INFO'],
} as const;
const wordFixtures = Object.entries(words).flatMap(([consentWord, list]) =>
  list.map((word) => ({
    name: `the word ${word}`,
    request: {
      contentType: formType,
      body: `MessageSid=SM1&AccountSid=AC1&From=%2B14158675309&Body=${word}`,
    },
    messages: [
      {
        providerMessageId: 'SM1',
        address: from,
        content: text(word),
        attachments: [],
        consentWord: consentWord as keyof typeof words,
      },
    ],
  })),
);

const {
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_FAILED: failed,
} = DeliveryState;

const codes = (
  list: number[],
  kind: 'permanent' | 'retry' | 'credentialsBroken' | 'optedOut' | 'windowClosed',
) => list.map((code) => ({ name: `error ${code}`, ...error(code), result: { kind, code: String(code) } }));

const fixtures: ChannelFixtures = {
  channel: ResolvedChannel.fromPartial({
    id: '0198f000-0000-7000-8000-0000000000aa',
    tenantId: '0198f000-0000-7000-8000-0000000000bb',
    name: 'shop-sms',
    type: 'sms-twilio',
    config,
  }),
  otherSecret: { ...config, auth_token: 'another' },
  emptySecret: { ...config, auth_token: '' },
  sign: ({ url, body }, { auth_token }) => {
    // Twilio's SDK takes fields as an object; a name that comes twice is an array.
    const fields = new URLSearchParams(body.toString());
    const params = Object.fromEntries(
      [...new Set(fields.keys())].map((name) => {
        // Copied: an array of Node's own realm is none to the SDK under Jest.
        const values = [...fields.getAll(name)];
        return [name, values.length > 1 ? values : values[0]];
      }),
    );
    return { headers: { 'x-twilio-signature': getExpectedTwilioSignature(String(auth_token), url, params) } };
  },
  inbound: [
    {
      name: 'a text',
      request: inbound('inbound-text.txt'),
      messages: [
        {
          providerMessageId: sid('SM1'),
          address: from,
          content: text('When will my order ship?'),
          attachments: [],
        },
      ],
    },
    {
      name: 'a Chinese text with an emoji',
      request: inbound('inbound-chinese.txt'),
      messages: [
        {
          providerMessageId: sid('SM2'),
          address: '+8613800000000',
          content: text('物业费怎么交？🏠'),
          attachments: [],
        },
      ],
    },
    {
      name: 'a number of a menu stays text',
      request: inbound('inbound-menu-number.txt'),
      messages: [{ providerMessageId: sid('SM3'), address: from, content: text('2'), attachments: [] }],
    },
    {
      name: 'pictures with words, by reference and in order',
      request: inbound('inbound-mms.txt'),
      messages: [
        {
          providerMessageId: sid('MM4'),
          address: from,
          content: text('The lift is broken'),
          attachments: [media(mediaUrl('MM4a', 0), 'image/jpeg'), media(mediaUrl('MM4a', 1), 'video/3gpp')],
        },
      ],
    },
    {
      name: 'a picture without words',
      request: inbound('inbound-mms-without-text.txt'),
      messages: [
        {
          providerMessageId: sid('MM5'),
          address: from,
          content: { kind: { $case: 'image', value: media(mediaUrl('MM5a', 0), 'image/png') } },
          attachments: [],
        },
      ],
    },
    {
      name: 'a stop word with blanks, in any case of letters',
      request: inbound('inbound-stop.txt'),
      messages: [
        {
          providerMessageId: sid('SM6'),
          address: from,
          content: text(' Stop '),
          attachments: [],
          consentWord: 'stop',
        },
      ],
    },
    {
      name: 'a stop word of Advanced Opt-Out',
      request: inbound('inbound-advanced-opt-out.txt'),
      messages: [
        {
          providerMessageId: sid('SM7'),
          address: from,
          content: text('停'),
          attachments: [],
          consentWord: 'stop',
        },
      ],
    },
    ...wordFixtures,
    {
      name: 'a stop word within a sentence is none',
      request: {
        contentType: formType,
        body: 'MessageSid=SM1&AccountSid=AC1&From=%2B1415&Body=please+stop+it',
      },
      messages: [
        { providerMessageId: 'SM1', address: '+1415', content: text('please stop it'), attachments: [] },
      ],
    },
    {
      name: 'fields that come twice',
      request: {
        contentType: formType,
        body: 'MessageSid=SM1&AccountSid=AC1&From=%2B1415&Body=a&X=2&X=1&X=2',
      },
      messages: [{ providerMessageId: 'SM1', address: '+1415', content: text('a'), attachments: [] }],
    },
    {
      name: 'a receipt',
      request: status('status-delivered.txt'),
      messages: [],
      statuses: [{ providerMessageId: sid('SM8'), state: delivered, messageId: id }],
    },
    {
      name: 'a receipt of a failure',
      request: status('status-undelivered.txt'),
      messages: [],
      statuses: [{ providerMessageId: sid('SM9'), state: failed, messageId: id, errorCode: '30005' }],
    },
    {
      name: 'a receipt without our id, on the webhook itself',
      request: status('status-delivered.txt', ''),
      messages: [],
      statuses: [{ providerMessageId: sid('SM8'), state: delivered }],
    },
    {
      name: 'a receipt that tells of an opt-out',
      request: { contentType: formType, body: statusBody('failed', '&ErrorCode=21610'), path: '/status' },
      messages: [],
      statuses: [{ providerMessageId: 'SM1', state: failed, errorCode: '21610', optedOut: true }],
    },
    ...['accepted', 'scheduled', 'queued', 'sending', 'sent', 'partially_delivered'].map((value) =>
      statusFixture(value, sent),
    ),
    statusFixture('read', DeliveryState.DELIVERY_STATE_READ),
    statusFixture('failed', failed, 'FAILED'),
    statusFixture('canceled', failed, 'CANCELED'),
  ],
  ignored: [
    { name: 'a status that is new', contentType: formType, body: statusBody('levitating'), path: '/status' },
    {
      name: 'a status of what comes in',
      contentType: formType,
      body: statusBody('received'),
      path: '/status',
    },
  ],
  malformed: [
    { name: 'no MessageSid', contentType: formType, body: 'AccountSid=AC1&From=%2B1415&Body=a' },
    { name: 'no From', contentType: formType, body: 'AccountSid=AC1&MessageSid=SM1&Body=a' },
    {
      name: 'of another account',
      contentType: formType,
      body: 'AccountSid=AC2&MessageSid=SM1&From=%2B1415&Body=a',
    },
    { name: 'nothing at all', contentType: formType, body: '' },
    { name: 'JSON signed as a form', contentType: 'application/json', body: '{"MessageSid":"SM1"}' },
  ],
  bodyWithText: (body) => ({
    contentType: formType,
    body: new URLSearchParams({ MessageSid: 'SM1', AccountSid: 'AC1', From: from, Body: body }).toString(),
  }),
  sends: [
    {
      name: 'a text',
      to: from,
      content: text('hello + 你好 & more'),
      expected: request('hello + 你好 & more'),
    },
    {
      name: 'a menu, numbered',
      to: from,
      content: {
        kind: {
          $case: 'menu',
          value: {
            body: 'Which one?',
            options: [
              { id: 'a', label: 'Orders' },
              { id: 'b', label: 'Returns' },
            ],
          },
        },
      },
      expected: request('Which one?\n1. Orders\n2. Returns'),
    },
    {
      name: 'a link',
      to: from,
      content: {
        kind: { $case: 'link', value: { url: 'https://shop.example.com', title: 'Shop', description: '' } },
      },
      expected: request('Shop\nhttps://shop.example.com'),
    },
    {
      name: 'a picture with a caption, by a link',
      to: from,
      content: picture(stored(1, { caption: 'The new lift' })),
      expected: request('The new lift', { MediaUrl: linkTo(1) }),
    },
    {
      name: 'a file without words',
      to: from,
      content: { kind: { $case: 'file', value: stored(2) } },
      expected: request(undefined, { MediaUrl: linkTo(2) }),
    },
    {
      name: 'a text with an attachment',
      to: from,
      content: text('See the plan'),
      attachments: [stored(2)],
      expected: request('See the plan', { MediaUrl: linkTo(2) }),
    },
  ],
  files: {
    [fileId(1)]: { contentType: 'image/png', body: png },
    [fileId(2)]: { contentType: 'application/pdf', fileName: 'plan.pdf', body: Buffer.from('%PDF-1.7') },
    [fileId(3)]: { contentType: 'image/jpeg', body: Buffer.alloc(5 * 1024 * 1024 + 1) },
    [fileId(4)]: { contentType: 'video/mp4', body: Buffer.alloc(500 * 1024 + 1) },
  },
  media: [
    {
      name: 'a picture that the account has',
      media: media('{api}/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1', 'image/png'),
      exchanges: [
        {
          expected: {
            method: 'GET',
            path: '/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1',
            headers: { authorization: basic },
          },
          answer: { status: 200, headers: { 'content-type': 'image/png' }, body: png },
        },
      ],
      file: { contentType: 'image/png', body: png },
    },
    {
      name: 'a picture that Twilio leads on to',
      media: media('{api}/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2', 'image/png'),
      exchanges: [
        {
          expected: { method: 'GET', path: '/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2' },
          answer: { status: 307, headers: { location: '{api}/store/ME2' }, body: '' },
        },
        {
          expected: { method: 'GET', path: '/store/ME2' },
          answer: { status: 200, headers: { 'content-type': 'image/png' }, body: png },
        },
      ],
      file: { contentType: 'image/png', body: png },
    },
  ],
  mediaOutcomes: [
    { name: 'a file that is gone', ...error(20404, 404), code: 'MEDIA_UNAVAILABLE', retryable: false },
    { name: 'another token', ...error(20003, 401), code: 'FETCH_FAILED', retryable: true },
    { name: '503', ...error(20503, 503), code: 'FETCH_FAILED', retryable: true },
  ],
  outcomes: [
    {
      name: '201',
      status: 201,
      body: payload('sent.json'),
      result: { kind: 'sent', providerMessageId: `SM${'a'.repeat(32)}`, segments: 1 },
    },
    {
      name: '400 of a file',
      status: 400,
      body: payload('error-21211.json'),
      result: { kind: 'permanent', code: '21211' },
    },
    {
      name: '201 of a message that failed at once',
      status: 201,
      body: JSON.stringify({ ...JSON.parse(payload('sent.json')), status: 'failed', error_code: 30007 }),
      result: { kind: 'permanent', code: '30007' },
    },
    ...codes([14107, 30001, 30017, 30022, 30023, 63018, 21611, 20429], 'retry'),
    ...codes([63016], 'windowClosed'),
    ...codes([21610], 'optedOut'),
    ...codes(
      [
        21211, 21601, 21602, 21606, 21608, 21612, 21614, 21617, 21623, 30003, 30004, 30005, 30006, 30007,
        30008, 63003, 63013, 63024, 63033,
      ],
      'permanent',
    ),
    ...codes([20003, 30002], 'credentialsBroken'),
    { name: '401', ...error(20003, 401), result: { kind: 'credentialsBroken', code: '20003' } },
    {
      name: '401 without a body',
      status: 401,
      body: '',
      result: { kind: 'credentialsBroken', code: 'CREDENTIALS_BROKEN' },
    },
    {
      name: '404 in HTML',
      status: 404,
      body: '<html>',
      result: { kind: 'permanent', code: 'RESPONSE_STATUS' },
    },
    { name: '429', ...error(20429, 429), result: { kind: 'retry', code: '20429' } },
    {
      name: '429 that says when',
      ...error(20429, 429),
      headers: { 'retry-after': '7' },
      result: { kind: 'retry', code: '20429', afterMs: 7_000 },
    },
    {
      name: '429 that says nonsense',
      ...error(20429, 429),
      headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' },
      result: { kind: 'retry', code: '20429' },
    },
    { name: '429 without a body', status: 429, body: '', result: { kind: 'retry', code: 'THROTTLED' } },
    { name: '500 of Twilio', ...error(20500, 500), result: { kind: 'retry', code: '20500' } },
    { name: '503 of Twilio', ...error(20503, 503), result: { kind: 'retry', code: '20503' } },
    {
      name: '502 even in Twilio’s form',
      ...error(20500, 502),
      result: { kind: 'unknown', code: 'RESPONSE_STATUS' },
    },
    {
      name: '201 without a sid',
      status: 201,
      body: '{}',
      result: { kind: 'unknown', code: 'RESPONSE_UNPARSEABLE' },
    },
  ],
  unsupported: [
    { kind: { $case: 'template', value: { code: 't', language: 'en', parameters: [] } } },
    { kind: undefined },
  ],
  textOf: (body) => String(body.Body),
};

function request(body: string | undefined, more: Record<string, string> = {}) {
  return {
    method: 'POST',
    path: '/2010-04-01/Accounts/AC1/Messages.json',
    headers: {
      authorization: basic,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: {
      To: from,
      From: '+14155550100',
      ...(body === undefined ? {} : { Body: body }),
      ...more,
      StatusCallback: 'https://gate.example.com/webhooks/t/c/status?message_id=m',
    },
  };
}

describeChannelContract(smsTwilio, fixtures);

test('the files are payloads of this account', () => {
  expect(form('inbound-text.txt')).toMatchObject({ AccountSid: 'AC1', NumMedia: '0' });
});

describe('files that can not go', () => {
  const go = (files: Media[]) =>
    outboundFiles(
      {
        channel: fixtures.channel,
        mediaUrl: (mediaId) => mediaId,
        media: {
          put: () => Promise.reject(new Error('never')),
          get: async (_tenantId, mediaId) => {
            const file = fixtures.files?.[mediaId];
            return (
              file && {
                ...file,
                ...{ sizeBytes: file.body.length, fileName: '', thumbnailId: '' },
                open: never,
              }
            );
          },
        },
      },
      files,
    );
  const never = () => {
    throw new Error('Twilio gets the bytes itself');
  };

  test.each([
    ['one that is not there', [stored(9)], 'MEDIA_UNAVAILABLE'],
    [
      'one that is still with its provider',
      [media('https://x.example.com/a.png', 'image/png')],
      'MEDIA_UNAVAILABLE',
    ],
    ['a picture over 5 MB', [stored(1), stored(3)], 'MEDIA_TOO_LARGE'],
    ['a film over 500 KB', [stored(4)], 'MEDIA_TOO_LARGE'],
    ['more than ten', Array.from({ length: 11 }, () => stored(1)), 'MESSAGE_INVALID'],
  ])('%s', async (_name, files, code) => {
    expect(await go(files)).toEqual({ code });
  });
});

test('the token goes to Twilio alone, whatever address a message names', async () => {
  const asked: unknown[] = [];
  const http = {
    request: () => Promise.reject(new Error('never')),
    fetch: async (...parameters: unknown[]) => {
      asked.push(parameters);
      return { contentType: '', body: png };
    },
  };
  const api = { baseUrl: 'https://api.twilio.com', authorization: basic };
  for (const url of [
    'https://evil.example/a.png',
    'https://api.twilio.com.evil.example/a',
    'http://api.twilio.com/a',
  ])
    await fetchMedia(media(url, ''), api, http);
  await fetchMedia(media('https://api.twilio.com/a', ''), api, http);
  expect(asked.map((parameters) => (parameters as unknown[])[1])).toEqual([
    ...[{}, {}, {}],
    { headers: { authorization: basic } },
  ]);
});
