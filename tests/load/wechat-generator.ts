import { createWechatSimulator, type WechatAccount } from '@omnigate/testkit';
import { type GeneratorResult, openLoop, type Pace } from './open-loop';

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

/** WeChat with its followers in a process of its own: tells its account, then lets followers write as it is told. */
async function main(): Promise<void> {
  const wechat = await createWechatSimulator({ connections });
  const write = async ({ openIds, texts }: WechatJob, index: number): Promise<void> => {
    const round = Math.floor(index / openIds.length);
    const openId = openIds[index % openIds.length] ?? '';
    const { refused } = await wechat.writes(openId, texts[(index + round) % texts.length] ?? '');
    if (refused) throw new Error(refused);
  };
  process.on('message', (job: WechatJob) => {
    wechat.webhookUrl = job.webhookUrl;
    const sent: Promise<GeneratorResult> = openLoop(job, (index) => write(job, index));
    void sent.then((result) => process.send?.(result));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url: wechat.url, account: wechat.account } satisfies StartedWechat);
}

void main();
