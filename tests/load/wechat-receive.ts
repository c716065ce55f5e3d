import { receivePush } from '@omnigate/channel-wechat';
import { ResolvedChannel } from '@omnigate/contracts';
import { wechatCrypto } from '@omnigate/testkit';
import { settingNow } from './machine';

// node tests/dist/load/wechat-receive.js: what it costs to verify, decrypt and parse one push in AES mode.

const pushes = 20_000;
const warmUp = 5_000;
const config = {
  app_id: 'wxb11529c136998cb6',
  app_secret: 'secret',
  token: 'token',
  encoding_aes_key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  original_id: 'gh_7f083739789a',
};
const channel = ResolvedChannel.fromPartial({ id: '0198f000-0000-7000-8000-0000000000aa', config });
const nowMs = Date.now();

/** A push of a text, encrypted and signed as WeChat does. */
function pushOf(number: number): Parameters<typeof receivePush>[0] {
  const xml = `<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oia2TjjewbmiOUlr6X-1crbLOvLw]]></FromUserName><CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请问物业费怎么交？ ${number}]]></Content><MsgId>${number}</MsgId></xml>`;
  const encrypted = wechatCrypto.encrypt(config.encoding_aes_key, xml, config.app_id);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const msg_signature = wechatCrypto.getSignature(config.token, timestamp, String(number), encrypted);
  const query = new URLSearchParams({ timestamp, nonce: String(number), encrypt_type: 'aes', msg_signature });
  const path = `/webhooks/wechat-official/${channel.id}?${query}`;
  return {
    method: 'POST',
    path,
    publicUrl: `https://gate.example.com${path}`,
    headers: {},
    rawBody: Buffer.from(
      `<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
    ),
    receivedTime: new Date(nowMs),
  };
}

function measure(): Record<string, unknown> {
  const requests = Array.from({ length: pushes }, (_, n) => pushOf(n));
  for (let n = 0; n < warmUp; n += 1)
    receivePush(requests[n % pushes] as (typeof requests)[0], channel, nowMs);
  const took: number[] = [];
  const before = process.cpuUsage();
  for (const request of requests) {
    const startedNs = process.hrtime.bigint();
    receivePush(request, channel, nowMs);
    took.push(Number(process.hrtime.bigint() - startedNs) / 1_000);
  }
  const { user, system } = process.cpuUsage(before);
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round((took[Math.floor(share * pushes)] ?? 0) * 10) / 10;
  const cpuUs = Math.round(((user + system) / pushes) * 10) / 10;
  return { pushes, median_us: at(0.5), p95_us: at(0.95), p99_us: at(0.99), cpu_us_each: cpuUs };
}

process.stdout.write(`${JSON.stringify({ ...settingNow(), verify_decrypt_parse: measure() }, null, 2)}\n`);
