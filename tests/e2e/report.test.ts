import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AnalyticsServiceService, DirectoryServiceService } from '@omnigate/contracts';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const run = promisify(execFile);
const omnigateCommand = join(dirname(require.resolve('omnigate/package.json')), 'bin', 'omnigate.mjs');

describe('the report of a small day', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let desk: AgentDesk;
  let supervisorKey: string;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
    desk = await openAgentDesk(omnigate, { name: 'ann' });
    await desk.comeOnline();
    const key = resource('ApiKey', 'manager', { role: 'supervisor' });
    const applied = await omnigate.client(DirectoryServiceService).applyResources({ resources: [key] });
    supervisorKey = String(applied.resources[0]?.resource?.status?.key);
  }, 240_000);
  afterAll(async () => {
    desk?.close();
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const sentTo = (customer: string) => shop.twilio.messages.filter(({ to }) => to === customer);
  async function ask(from: string, body: string): Promise<void> {
    await shop.twilio.inbound({ url: shop.webhookUrl, from, body });
    await eventually(() => sentTo(from).length > 0, { what: `an answer to ${body}` });
  }
  /** Two days, since the day may change while the test runs. */
  const getReport = async (...words: string[]): Promise<string> => {
    const args = [omnigateCommand, 'get', 'report', '--days', '2', ...words];
    const { LANG: _lang, LC_ALL: _all, ...env } = process.env;
    const ours = { OMNIGATE_GRPC_ADDRESS: omnigate.grpcAddress, OMNIGATE_API_KEY: supervisorKey };
    return (await run(process.execPath, args, { env: { ...env, ...ours } })).stdout;
  };

  test('a question that the bot answered, one that an agent did, and their words', async () => {
    await ask('+8613800000301', '物业费怎么交？');
    await ask('+8613800000302', '厨房水管漏水，转人工');
    const offer = await desk.nextOffer();
    await desk.routing.acceptOffer({ offerId: offer.id });
    const content = { kind: { $case: 'text' as const, value: { body: '师傅马上到。' } } };
    const { conversationId } = offer;
    await desk.conversations.sendMessage({ requestId: randomUUID(), conversationId, content });
    await desk.conversations.resolveConversation({ conversationId });

    const analytics = omnigate.client(AnalyticsServiceService);
    // The two conversations are counted apart: which one first is nobody's promise.
    const isCounted = async () => {
      const { outcomes, channels } = await analytics.queryReport({ days: 2 });
      return outcomes?.resolved === 1n && channels[0]?.conversations === 2n;
    };
    await eventually(isCounted, { what: 'the report of both conversations' });
    const [report] = JSON.parse(await getReport('-o', 'json')) as [Record<string, unknown>];
    expect(report).toMatchObject({
      time_zone: 'Asia/Shanghai',
      // Out: the bot's answer, the notice of the queue, the agent's answer.
      channels: [{ channel: 'shop-sms', conversations: '2', inbound: '2', outbound: '3' }],
      first_response: { count: '2' },
      first_agent_response: { count: '1' },
      outcomes: { resolved: '1', bot_confirmed: '0', bot_assumed: '0', by_people: '1' },
      handoffs: [{ name: 'CUSTOMER_ASKED', count: '1' }],
    });
    const words = (report.words as { word: string }[]).map(({ word }) => word);
    expect(words).toEqual(expect.arrayContaining(['物业费', '水管', '漏水']));
    const shown = await getReport('--channel', 'shop-sms');
    expect(shown).toMatch(/^ {2}shop-sms +2 +2 +3 {2}█+$/m);
    expect(shown).toMatch(/^ {2}the customer asked for a person +1 {2}█+$/m);
    expect(await getReport('--channel', 'another')).toContain('Nothing happened in these days.');
  }, 60_000);
});
