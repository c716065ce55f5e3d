import { createWechatSimulator, type WechatAccount, type WechatSimulator } from '@omnigate/testkit';
import { type GeneratorResult, openLoop, type Pace } from './open-loop';
import { openRawConnections } from './raw-client';

/** Texts that followers are to write. */
export interface WechatJob extends Pace {
  webhookUrl: string;
  /** Each writes in turn. */
  openIds: string[];
  texts: string[];
}

/** What this process tells first. */
export interface StartedWechat {
  url: string;
  account: WechatAccount;
}

/** As many pushes as come while the last are held. */
const connections = 4_096;

interface Push {
  openId: string;
  request: Buffer;
}

/** Made before the run, so that the generator is not what is measured. */
function pushesOf(wechat: WechatSimulator, { openIds, texts, total }: WechatJob): Push[] {
  return Array.from({ length: total }, (_, index) => {
    const round = Math.floor(index / openIds.length);
    const openId = openIds[index % openIds.length] ?? '';
    const text = texts[(index + round) % texts.length] ?? '';
    // Signed within seconds, a minute's pushes would meet by chance in WeChat's 31 bits.
    const { url, body } = wechat.prepares(openId, { type: 'text', text }, { nonce: String(index) });
    const { pathname, search, host } = new URL(url);
    const head = [
      `POST ${pathname}${search} HTTP/1.1`,
      `host: ${host}`,
      'content-type: text/xml',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return { openId, request: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`) };
  });
}

async function run(
  wechat: WechatSimulator,
  job: WechatJob,
  pushes: readonly Push[],
): Promise<GeneratorResult> {
  const open = openRawConnections(new URL(job.webhookUrl).origin, connections);
  const result = await openLoop(job, async (index) => {
    const { openId, request } = pushes[index] as Push;
    const { status, body } = await open.send(request);
    if (status !== 200) throw new Error(`status ${status}`);
    wechat.answered(openId, body);
  });
  open.close();
  return result;
}

/** WeChat with its followers in a process of its own: tells its account, makes a job's pushes, and sends them when told. */
async function main(): Promise<void> {
  const wechat = await createWechatSimulator();
  let send = async (): Promise<GeneratorResult> => Promise.reject(new Error('no job'));
  process.on('message', (told: WechatJob | 'send') => {
    if (told === 'send') return void send().then((result) => process.send?.(result));
    wechat.webhookUrl = told.webhookUrl;
    const pushes = pushesOf(wechat, told);
    send = () => run(wechat, told, pushes);
    process.send?.('ready');
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url: wechat.url, account: wechat.account } satisfies StartedWechat);
}

void main();
