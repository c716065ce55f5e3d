import { DirectoryServiceService } from '@omnigate/contracts';
import {
  createWebVisitor,
  type LaunchedCluster,
  launchCluster,
  startSharedRedis,
  type WebVisitor,
} from '@omnigate/testkit';
import { demoArticles } from '../journeys/demo-knowledge';
import { openWebShop } from '../journeys/web-shop';

/** Well below the time after which a page that was not woken looks by itself. */
const wokenMs = 10_000;

test('a visitor on one process of web chat is woken by what the other one puts into the mailbox', async () => {
  const redis = await startSharedRedis();
  const visitors: WebVisitor[] = [];
  let cluster: LaunchedCluster | undefined;
  try {
    cluster = await launchCluster({ replicas: { 'channel-web': 2 }, env: { REDIS_URL: redis.url } });
    await cluster.client(DirectoryServiceService).applyResources({ resources: demoArticles() });
    const { channelId } = await openWebShop(cluster);
    const places = [0, 1].map((place) => `http://${cluster?.portsOf('channel-web', place).http}`);
    for (let count = 0; count < 24; count += 1) {
      const baseUrl = places[count % 2] ?? '';
      visitors.push(createWebVisitor({ baseUrl, channelId, timeoutMs: wokenMs }));
    }
    await Promise.all(visitors.map((visitor) => visitor.connect()));
    await Promise.all(visitors.map((visitor) => visitor.say('when will my order ship?')));
    for (const visitor of visitors) {
      const { content } = await visitor.message(({ from }) => from.role === 'bot');
      expect(content.text).toMatch(/ship the same working day/);
    }
    const sends = await Promise.all(places.map(sentBy));
    expect(sends.reduce((sum, sent) => sum + sent)).toBe(visitors.length);
    // Partitions are shared out by key, so each process has sent to visitors of the other.
    for (const sent of sends) expect(sent).toBeGreaterThan(0);
  } finally {
    for (const visitor of visitors) visitor.drop();
    await cluster?.close();
    await redis.close();
  }
}, 120_000);

async function sentBy(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^omnigate_done_total\{part="channel-web.send"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}
