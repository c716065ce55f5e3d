import { receivePush } from '@omnigate/channel-wechat';
import { ResolvedChannel } from '@omnigate/contracts';
import { wechatCrypto } from '@omnigate/testkit';
import { percentiles } from './percentiles';

/** What it costs to verify, decrypt and parse one push in AES mode, microseconds. */
export interface PushCost {
  pushes: number;
  medianUs: number;
  p95Us: number;
  p99Us: number;
  cpuUs: number;
}

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

function measure(): PushCost {
  const requests = Array.from({ length: pushes }, (_, number) => pushOf(number));
  for (const request of requests.slice(0, warmUp)) receivePush(request, channel, nowMs);
  const took: number[] = [];
  const before = process.cpuUsage();
  for (const request of requests) {
    const startedMs = performance.now();
    receivePush(request, channel, nowMs);
    took.push((performance.now() - startedMs) * 1_000);
  }
  const { user, system } = process.cpuUsage(before);
  const { p50: medianUs, p95: p95Us, p99: p99Us } = percentiles(took);
  return { pushes, medianUs, p95Us, p99Us, cpuUs: Math.round((user + system) / pushes) };
}

process.send?.(measure());
process.disconnect();
