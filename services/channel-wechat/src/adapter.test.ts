import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelFixtures, describeChannelContract } from '@omnigate/channel-kit/contract';
import { type Content, Media, ResolvedChannel } from '@omnigate/contracts';
import { createLocalState } from '@omnigate/state';
// The oracle: an SDK of others encrypts and signs.
import { encrypt, getSignature } from '@wecom/crypto';
import { createWechatAdapter } from './adapter';
import { createAnswerOnly } from './outbound/answer-only';
import { createApi } from './outbound/api';
import { createUploads } from './outbound/uploads';

const payload = (name: string) => readFileSync(join(__dirname, 'testdata', `${name}.xml`), 'utf8');
const nowMs = Date.now();
const timestamp = String(Math.floor(nowMs / 1_000));
const nonce = '415670741';
const address = 'oia2TjjewbmiOUlr6X-1crbLOvLw';
const config = {
  app_id: 'wxb11529c136998cb6',
  app_secret: 'a-secret-never-to-be-seen',
  token: 'a-token-never-to-be-seen',
  encoding_aes_key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  original_id: 'gh_7f083739789a',
};
const envelope = (xml: string, appId = config.app_id) =>
  `<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><Encrypt><![CDATA[${encrypt(config.encoding_aes_key, xml, appId)}]]></Encrypt></xml>`;
const push = (name: string) => ({ contentType: 'text/xml', body: envelope(payload(name)) });
const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });
const event = (name: string, detail: string): Content => ({
  kind: { $case: 'event', value: { name, detail } },
});
const message = (name: string, content: Content, providerMessageId = '1234567890123456') => ({
  name,
  request: push(name),
  messages: [{ providerMessageId, address, content, occurredTime: new Date(1_348_831_860_000) }],
});
const eventPush = (name: string, content: Content, id: string) => ({
  name: `event ${name}`,
  request: push(name),
  messages: [
    {
      providerMessageId: `${address}|123456789|${id}`,
      address,
      content,
      occurredTime: new Date(123_456_789_000),
    },
  ],
});
const media = (o: Partial<Media>) => Media.fromPartial({ providerMediaId: 'media_id', ...o });
const said = (errcode: number) => JSON.stringify({ errcode, errmsg: 'said by WeChat' });
const codes = (list: number[], kind: 'permanent' | 'credentialsBroken' | 'windowClosed') =>
  list.map((code) => ({
    name: `errcode ${code}`,
    status: 200,
    body: said(code),
    result: { kind, code: String(code) },
  }));
const json = { 'content-type': 'application/json; encoding=utf-8' };
const jpeg = Buffer.from('ffd8ffe000104a46', 'hex');
const sendPath = '/cgi-bin/message/custom/send?access_token=TOKEN';
const sendOf = (name: string, content: Content, body: Record<string, unknown>) => ({
  name,
  to: address,
  content,
  expected: {
    method: 'POST',
    path: sendPath,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: { touser: address, ...body },
  },
});
const menu: Content = {
  kind: {
    $case: 'menu',
    value: {
      body: '您对本次服务是否满意呢？',
      options: [
        { id: '101', label: '满意' },
        { id: '102', label: '不满意' },
      ],
    },
  },
};

const fixtures: ChannelFixtures = {
  channel: ResolvedChannel.fromPartial({
    id: '0198f000-0000-7000-8000-0000000000aa',
    tenantId: '0198f000-0000-7000-8000-0000000000bb',
    name: 'shop-wechat',
    type: 'wechat-official',
    config,
  }),
  otherSecret: { ...config, token: 'of another account' },
  emptySecret: { ...config, token: '' },
  signatureParameter: 'msg_signature',
  sign({ body }, { token }) {
    const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(String(body))?.[1] ?? '';
    const signature = getSignature(String(token), timestamp, nonce, encrypted);
    const query = { signature: 'of no body', timestamp, nonce, openid: address, encrypt_type: 'aes' };
    return { headers: {}, path: `?${new URLSearchParams({ ...query, msg_signature: signature })}` };
  },
  inbound: [
    message('text', text('this is a test')),
    message('text-large-id', text('物业费怎么交？'), '9223372036854775807'),
    message('menu-choice', { kind: { $case: 'menuChoice', value: { id: '101', label: '满意' } } }),
    message('image', {
      kind: {
        $case: 'image',
        value: media({ providerUrl: 'http://mmbiz.qpic.cn/mmbiz_jpg/a/0', contentType: 'image/jpeg' }),
      },
    }),
    message('voice', { kind: { $case: 'audio', value: media({ contentType: 'audio/amr' }) } }),
    message('voice-recognised', {
      kind: { $case: 'audio', value: media({ contentType: 'audio/amr', caption: '水管漏水了' }) },
    }),
    message('video', { kind: { $case: 'video', value: media({ contentType: 'video/mp4' }) } }),
    message('shortvideo', { kind: { $case: 'video', value: media({ contentType: 'video/mp4' }) } }),
    message('location', {
      kind: {
        $case: 'location',
        value: { latitude: 23.134521, longitude: 113.358803, label: '位置信息' },
      },
    }),
    message('link', {
      kind: {
        $case: 'link',
        value: {
          url: 'https://shop.example.com/a?b=1&c=2',
          title: '公众平台官网链接',
          description: '公众平台官网链接',
        },
      },
    }),
    message('unknown-kind', { kind: undefined }),
    eventPush('subscribe', event('subscribed', ''), 'subscribe|'),
    eventPush('subscribe-by-qr', event('subscribed', '123123'), 'subscribe|qrscene_123123'),
    eventPush('unsubscribe', event('unsubscribed', ''), 'unsubscribe|'),
    eventPush('scan', event('qr-scanned', '456'), 'SCAN|456'),
    eventPush(
      'reported-location',
      event('location-reported', '23.137466,113.352425,119.385040'),
      'LOCATION|',
    ),
    eventPush('click', event('menu-click', '物业费怎么交'), 'CLICK|物业费怎么交'),
    eventPush('view', event('menu-view', 'https://shop.example.com/'), 'VIEW|https://shop.example.com/'),
    eventPush('scancode-push', event('menu-scan', 'room 1802'), 'scancode_push|6'),
    eventPush('scancode-wait', event('menu-scan', '2'), 'scancode_waitmsg|6'),
    eventPush('photo', event('menu-photo', '6'), 'pic_sysphoto|6'),
    eventPush('photo-or-album', event('menu-photo-or-album', '6'), 'pic_photo_or_album|6'),
    eventPush('album', event('menu-album', '6'), 'pic_weixin|6'),
    eventPush('chosen-location', event('menu-location', '广州市海珠区客村艺苑路 106号'), 'location_select|6'),
    eventPush('new-event', event('user-info-modified', ''), 'user_info_modified|'),
  ],
  ignored: ['template-finished', 'mass-finished'].map((name) => ({ name, ...push(name) })),
  malformed: [
    { name: 'no XML', body: envelope('hello') },
    { name: 'another root', body: envelope('<a><ToUserName>gh_7f083739789a</ToUserName></a>') },
    { name: 'an unclosed element', body: envelope(payload('text').replace('</Content>', '')) },
    { name: 'no customer', body: envelope(payload('text').replace(/<FromUserName>.*<\/FromUserName>/, '')) },
    { name: 'no time', body: envelope(payload('text').replace(/<CreateTime>\d+/, '<CreateTime>')) },
    { name: 'two texts', body: envelope(payload('text').replace('</xml>', '<Content>2</Content></xml>')) },
    { name: 'a place without a place', body: envelope(payload('location').replace('23.134521', 'x')) },
    { name: 'a DOCTYPE', body: envelope(`<!DOCTYPE xml>${payload('text')}`) },
    {
      name: 'an external entity',
      body: envelope(
        `<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]>${payload('text').replace('this', '&e;')}`,
      ),
    },
  ],
  bodyWithText: (body) => ({
    contentType: 'text/xml',
    body: envelope(payload('text').replace('this is a test', () => body)),
  }),
  sends: [
    sendOf('a text', text('您好，明天送到。'), { msgtype: 'text', text: { content: '您好，明天送到。' } }),
    sendOf('a menu', menu, {
      msgtype: 'msgmenu',
      msgmenu: {
        head_content: '您对本次服务是否满意呢？',
        list: [
          { id: '101', content: '满意' },
          { id: '102', content: '不满意' },
        ],
        tail_content: '',
      },
    }),
    sendOf(
      'a link',
      {
        kind: {
          $case: 'link',
          value: { url: 'https://shop.example.com', title: 'Shop', description: 'Ours' },
        },
      },
      {
        msgtype: 'news',
        news: {
          articles: [{ title: 'Shop', description: 'Ours', url: 'https://shop.example.com', picurl: '' }],
        },
      },
    ),
    sendOf(
      'a card without an address',
      { kind: { $case: 'card', value: { title: 'T', body: 'B', url: '' } } },
      { msgtype: 'text', text: { content: 'T\nB' } },
    ),
    sendOf(
      'a place',
      { kind: { $case: 'location', value: { latitude: 1, longitude: 2, label: 'Gate' } } },
      { msgtype: 'text', text: { content: 'Gate\n1,2' } },
    ),
  ],
  outcomes: [
    {
      name: 'errcode 0',
      status: 200,
      body: '{"errcode":0,"errmsg":"ok"}',
      result: { kind: 'sent', providerMessageId: '' },
    },
    { name: 'errcode -1', status: 200, body: said(-1), result: { kind: 'retry', code: '-1' } },
    {
      name: 'errcode 45011',
      status: 200,
      body: said(45011),
      result: { kind: 'retry', code: '45011', afterMs: 60_000 },
    },
    {
      name: 'errcode 45009',
      status: 200,
      body: said(45009),
      result: { kind: 'retry', code: '45009', afterMs: 3_600_000 },
    },
    { name: '500 with an errcode', status: 500, body: said(-1), result: { kind: 'retry', code: '-1' } },
    {
      name: '429 of a gateway',
      status: 429,
      headers: { 'retry-after': '2' },
      body: '',
      result: { kind: 'retry', code: 'THROTTLED', afterMs: 2_000 },
    },
    {
      name: '404 of a gateway',
      status: 404,
      body: 'x',
      result: { kind: 'permanent', code: 'RESPONSE_STATUS' },
    },
    { name: '502', status: 502, body: '<html>', result: { kind: 'unknown', code: 'RESPONSE_STATUS' } },
    ...codes([45015, 45047], 'windowClosed'),
    ...codes([40003, 43004, 43019, 46004, 48002, 50005], 'permanent'),
    ...codes([40007, 44004, 45001, 45002, 45007, 45008, 47001], 'permanent'),
    ...codes([40013, 40125, 40164, 48004, 50002], 'credentialsBroken'),
  ],
  unsupported: [
    { kind: { $case: 'file', value: media({}) } },
    { kind: { $case: 'template', value: { code: 't', language: 'zh', parameters: [] } } },
    { kind: { $case: 'call', value: { callId: 'c', durationSeconds: 1 } } },
    event('conversation-resolved', ''),
    { kind: undefined },
  ],
  media: [
    {
      name: 'a picture',
      media: media({ contentType: 'image/jpeg' }),
      exchanges: [
        {
          expected: { method: 'GET', path: '/cgi-bin/media/get?access_token=TOKEN&media_id=media_id' },
          answer: {
            status: 200,
            headers: {
              'content-type': 'image/jpeg',
              'content-disposition': 'attachment; filename="media_id.jpg"',
            },
            body: jpeg,
          },
        },
      ],
      file: { contentType: 'image/jpeg', fileName: 'media_id.jpg', body: jpeg },
    },
  ],
  mediaOutcomes: [
    {
      name: 'errcode 40007',
      status: 200,
      headers: json,
      body: said(40007),
      code: 'MEDIA_UNAVAILABLE',
      retryable: false,
    },
    { name: 'errcode -1', status: 200, headers: json, body: said(-1), code: 'FETCH_FAILED', retryable: true },
    {
      name: 'errcode 48001',
      status: 200,
      headers: json,
      body: said(48001),
      code: 'MEDIA_UNAVAILABLE',
      retryable: false,
    },
    {
      name: 'JSON of another',
      status: 200,
      headers: json,
      body: '{}',
      code: 'FETCH_FAILED',
      retryable: true,
    },
    { name: '502', status: 502, body: '', code: 'FETCH_FAILED', retryable: true },
  ],
  textOf: ({ text: value }) => (value as { content: string }).content,
};

const token = async () => 'TOKEN';
const callApi = createApi({ get: token, renew: token });
const uploads = createUploads({ state: createLocalState(), callApi, media: { get: async () => undefined } });
const now = () => nowMs;
const adapter = createWechatAdapter({ callApi, uploads, answerOnly: createAnswerOnly(now), now });

describeChannelContract(adapter, fixtures);
