import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IntegrationServiceService } from '@omnigate/contracts';
import {
  createTwilioSimulator,
  createWebVisitor,
  type LaunchedOmnigate,
  launchOmnigate,
  type TwilioSimulator,
} from '@omnigate/testkit';
import { type EndedCommand, runToEnd, startCommand } from '../testing/command';
import { recordedTerminal } from '../testing/recorded-terminal';
import { runCommand } from './program';

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const folder = mkdtempSync(join(tmpdir(), 'omnigate-cli-'));
let omnigate: LaunchedOmnigate;
let twilio: TwilioSimulator;

beforeAll(async () => {
  [omnigate, twilio] = await Promise.all([
    launchOmnigate(),
    createTwilioSimulator({ accountSid: 'AC1', authToken: 'token-of-the-shop' }),
  ]);
}, 120_000);
afterAll(async () => {
  await twilio?.stop();
  await omnigate?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const { OMNIGATE_API_KEY: _key, OMNIGATE_GRPC_ADDRESS: _address, ...inherited } = process.env;
const at = (env: NodeJS.ProcessEnv = {}) => ({
  folder,
  env: { ...inherited, LANG: 'C', OMNIGATE_DATA_DIR: omnigate.dataFolder, ...env },
});

/** Runs a command in this process: most of a command's time is the start of its own. */
async function run(words: string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<EndedCommand> {
  const terminal = recordedTerminal({ ...at(env), ...(input !== undefined && { input }) });
  const code = await runCommand(words, terminal, '1.2.3');
  return { code, out: terminal.written(), err: terminal.complained() };
}

async function rowsOf<Row>(...words: string[]): Promise<Row[]> {
  const { code, out, err } = await run(['get', ...words, '-o', 'json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Row[];
}

function file(name: string, text: string): string {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
  return name;
}

const shop = (more = '') => `kind: Channel
metadata: { name: shop-sms }
spec:
  type: sms-twilio
  max_per_second: 1000
${more}  config:
    account_sid: AC1
    auth_token: "\${SHOP_TOKEN}"
    from: "+14155550100"
    api_base_url: "${twilio.url}"
`;

test('apply, get and delete', async () => {
  const name = file('shop.yaml', shop());
  expect(await run(['apply', '-f', name])).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining('shop.yaml:8: spec.config.auth_token: the environment variable SHOP_TOKEN'),
  });
  const token = { SHOP_TOKEN: 'token-of-the-shop' };
  const wrong = `kind: Team\nmetadata: { name: night }\n---\n${shop('  frist_responder: bot\n')}`;
  expect(await run(['apply', '-f', file('wrong.yaml', wrong)], token)).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining('wrong.yaml:9: spec.frist_responder: is not a known field'),
  });
  expect(await run(['get', 'team', 'night'])).toMatchObject({ code: 1, out: '' });
  expect(await run(['apply', '--dry-run', '-f', name], token)).toMatchObject({
    code: 0,
    out: 'channel/shop-sms created (dry run)\n',
  });
  file('more/team.yaml', 'kind: Team\nmetadata: { name: night }\n');
  const both = await run(['apply', '-f', 'more', '-f', '-'], token, shop());
  expect(both).toEqual({ code: 0, out: 'team/night created\nchannel/shop-sms created\n', err: '' });
  expect(await run(['apply', '-f', name], token)).toMatchObject({ out: 'channel/shop-sms unchanged\n' });
  const [channel] = await rowsOf<{ kind: string; spec: { config: object }; status: { webhook_url: string } }>(
    'Channel',
    'shop-sms',
  );
  expect(channel).toMatchObject({ kind: 'Channel', spec: { config: { auth_token: '***' } } });
  expect(channel?.status.webhook_url).toMatch(/\/webhooks\/sms-twilio\//);
  const { out: yaml } = await run(['get', 'channels', '-o', 'yaml']);
  expect(await run(['apply', '-f', '-'], {}, yaml)).toMatchObject({
    code: 0,
    out: 'channel/shop-sms unchanged\nchannel/demo-web unchanged\nchannel/demo-wechat unchanged\n',
  });
  expect(await run(['delete', 'teams', 'night'])).toEqual({ code: 0, out: 'team/night deleted\n', err: '' });
  expect(await run(['delete', 'team', 'night'])).toMatchObject({ code: 1, out: '' });
}, 60_000);

test('a new key shows once and opens the door; another tenant sees its own', async () => {
  const documents =
    'kind: Agent\nmetadata: { name: rosa }\n---\nkind: ApiKey\nmetadata: { name: rosa-key }\nspec: { role: agent, agent: rosa }\n';
  const { out } = await run(['apply', '-f', '-'], {}, documents);
  const key = /^apikey\/rosa-key created key=(ogk_\S+)$/m.exec(out)?.[1] ?? '';
  expect(out).toContain('agent/rosa created');
  expect((await run(['apply', '-f', '-'], {}, documents)).out).toBe(
    'agent/rosa unchanged\napikey/rosa-key unchanged\n',
  );
  expect(await run(['get', 'conversations'], { OMNIGATE_API_KEY: key })).toMatchObject({ code: 0 });
  const refused = await run(['get', 'channels'], { OMNIGATE_API_KEY: key });
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('PERMISSION_DENIED') });
  await run(['apply', '-f', '-'], {}, 'kind: Tenant\nmetadata: { name: acme }\n');
  expect(await run(['--tenant', 'acme', 'get', 'channels'])).toMatchObject({ code: 0, out: '' });
  expect((await run(['get', 'teams', '--tenant', 'acme'])).out).toMatch(/default +- +always/);
}, 60_000);

test('send prints the id, and with --wait the end', async () => {
  const to = ['send', '--channel', 'shop-sms', '--to', '+14155550111', '--text'];
  const requestId = '0198c0de-1111-7000-8000-000000000001';
  const queued = await run([...to, '您好', '--request-id', requestId]);
  expect(queued).toEqual({ code: 0, out: expect.stringMatching(uuid), err: '' });
  expect((await run([...to, '您好', '--request-id', requestId])).out).toBe(queued.out);
  const sent = await run([...to, 'second', '--wait']);
  expect(sent).toMatchObject({ code: 0, err: '' });
  expect(sent.out).toMatch(/^\S{36}\n(?:sent|delivered)\n$/);
  twilio.fault({ code: 21211 });
  const failed = await run([...to, 'third', '--wait']);
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('21211') });
  expect(failed.out).toMatch(/\nfailed\n$/);
  const deliveries = await rowsOf<{ state: string; address: string }>('deliveries', '--state', 'failed');
  expect(deliveries).toEqual([
    expect.objectContaining({ state: 'DELIVERY_STATE_FAILED', address: '+14155550111', error_code: '21211' }),
  ]);
  const [conversation] = await rowsOf<{ id: string }>('conversations', '--address', '+14155550111');
  const messages = await rowsOf<{ content: { text: { body: string } } }>(
    'messages',
    '--conversation',
    conversation?.id ?? '',
  );
  expect(messages.map(({ content }) => content.text.body)).toEqual(['third', 'second', '您好']);
  const missing = await run(['send', '--channel', 'nope', '--to', '+1', '--text', 'x']);
  expect(missing).toMatchObject({ code: 1, out: '' });
}, 60_000);

test('the bot is asked, explained, taught and graded', async () => {
  expect((await run(['bot', 'ask', '物业费怎么交'])).out).toContain('生活缴费');
  const { out: explained } = await run(['bot', 'ask', '物业费怎么交', '--explain']);
  expect(explained).toMatch(/Decision: reply|Decision: answer/);
  expect(explained).toMatch(/property-fee-payment +\d\.\d{3}/);
  expect((await run(['bot', 'ask', '转人工'])).out).toContain('CUSTOMER_ASKED');
  const csv = file(
    'faq.csv',
    'name,question,answer,variants\npool-hours,泳池几点开放？,九点到九点。,游泳池开放时间|什么时候能游泳\n',
  );
  expect(await run(['kb', 'import', csv])).toEqual({
    code: 0,
    out: 'knowledgearticle/pool-hours created\n',
    err: '',
  });
  expect((await run(['kb', 'import', csv])).out).toBe('knowledgearticle/pool-hours unchanged\n');
  const bad = file('bad.csv', 'question,answer\nq1,a1\n"q2",\n');
  expect(await run(['kb', 'import', bad])).toMatchObject({
    code: 1,
    err: expect.stringContaining('bad.csv:3: answer: is required'),
  });
  const questions = file(
    'questions.csv',
    'text,labels\n物业费怎么交,property-fee-payment\n转人工,OOS\n发票怎么开,pool-hours\n',
  );
  const graded = await run(['bot', 'eval', questions, '-o', 'json']);
  expect(JSON.parse(graded.out)).toEqual([
    expect.objectContaining({
      questions: 3,
      in_scope: 2,
      top1: 0.5,
      answered: 2,
      answered_precision: 0.5,
      handed_over_right: 1,
      mistakes: [expect.objectContaining({ text: '发票怎么开' })],
    }),
  ]);
}, 60_000);

test('tail shows what happens, and ends at Ctrl-C', async () => {
  const tail = startCommand(['tail'], at());
  const shown = tail.shows(/resource\.changed +Team\/evening changed/);
  // What happened before the server began to follow is not shown, so it happens until it is.
  let applied = 0;
  const ticking = (async () => {
    for (let done = false; !done; applied += 1) {
      const title = `kind: Team\nmetadata: { name: evening }\nspec: { title: "t${applied}" }\n`;
      done = await Promise.race([
        shown.then(() => true),
        run(['apply', '-f', '-'], {}, title).then(() => false),
      ]);
    }
  })();
  await Promise.all([shown, ticking]);
  tail.interrupt();
  expect((await tail.ended).code).toBe(0);
}, 60_000);

test('a script at the desk helps a customer of the web chat', async () => {
  const [channel] = await rowsOf<{ metadata: { id: string } }>('channel', 'demo-web');
  const desk = startCommand(['desk', '--agent', 'demo-agent', '--language', 'en'], at());
  desk.type('accept');
  const visitor = createWebVisitor({
    baseUrl: omnigate.httpUrl,
    channelId: channel?.metadata.id ?? '',
    origin: omnigate.httpUrl,
    timeoutMs: 30_000,
  });
  await visitor.connect();
  await visitor.say('物业费怎么交');
  await visitor.message(({ from }) => from.role === 'bot');
  await visitor.say('转人工，订单号A1234567');
  const taken = await desk.shows(/#1 is yours[\s\S]*#1 system: /);
  expect(taken).not.toContain('***');
  expect(taken).toMatch(/Offer #1[\s\S]*order_number: A1234567[\s\S]*tried: property-fee-payment/);
  expect(taken).toContain('#1 customer: 物业费怎么交');
  for (const line of ['您好，请稍等', 'wait 20', 'note the customer was kind', 'reply //已处理'])
    desk.type(line);
  const reply = await visitor.message(({ from }) => from.role === 'agent');
  expect(reply.content.text).toBe('您好，请稍等');
  visitor.acknowledge('read');
  await desk.shows(/✓ (?:delivered|read)/);
  await visitor.say('谢谢\u001b[31m！');
  await visitor.message(({ content }) => content.text === '//已处理');
  for (const line of [
    'ticket create repair building=1 problem="水管 漏水"',
    'ticket create repair building=1 room=1201 problem="水管 漏水"',
    'ticket 1001 accept',
    'ticket 1001 complete 换了阀门',
    'ticket 1001 rate 5',
    'tickets',
    'ticket 1001',
  ])
    desk.type(line);
  for (const line of ['list', 'queue', '/nonsense', 'resolve', 'quit']) desk.type(line);
  const { code, out, err } = await desk.ended;
  expect(out).toMatch(
    /Ticket 1001 is ASSIGNED \(demo-li\)[\s\S]*is ACCEPTED[\s\S]*is COMPLETED[\s\S]*is CLOSED[\s\S]*1001 +repair +CLOSED +demo-li +报修 1 号楼 1201 水管 漏水\n[\s\S]*problem: 水管 漏水\n[\s\S]* COMPLETED admin: 换了阀门/,
  );
  expect(err).toContain('form.room: is required');
  expect(out).toMatch(
    /#1 customer: 谢谢！\n[\s\S]*#1 note [^\n]*: the customer was kind[\s\S]*#1 is resolved[\s\S]*demo-agent is offline/,
  );
  expect(out).toContain('Nobody waits.');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('/nonsense is no command') });
  const [ticket] = await rowsOf<object>('ticket', '1001');
  expect(ticket).toMatchObject({ rating: 5, events: [{ actor: 'admin' }, {}, {}, {}, {}, {}] });
  expect(visitor.messages.some(({ content }) => String(content.text).includes('kind'))).toBe(false);
  const [conversation] = await rowsOf<object>('conversations', '--channel', 'demo-web');
  expect(conversation).toMatchObject({ state: 'CONVERSATION_STATE_RESOLVED', inbound_count: 3 });
  await visitor.close();
}, 60_000);

test('the desk asks who one is where there are several, and goes offline when interrupted', async () => {
  const several = await run(['desk']);
  expect(several).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--agent demo-agent \| --agent rosa/),
  });
  const desk = startCommand(['desk', '--agent', 'rosa', '--language', 'zh'], at());
  await desk.shows(/rosa 已上线/);
  desk.type('accept');
  desk.interrupt();
  const { code, out } = await desk.ended;
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('rosa 已下线') });
}, 60_000);

test('the built command does all this as a process of its own', async () => {
  const { out } = await runToEnd(['get', 'channel', 'demo-web', '-o', 'yaml'], at());
  expect(out).toContain('name: demo-web');
  const applied = await runToEnd(['apply', '-f', '-'], { ...at(), input: out });
  expect(applied).toEqual({ code: 0, out: 'channel/demo-web unchanged\n', err: '' });
  const nowhere = await runToEnd(['get', 'channels'], at({ OMNIGATE_DATA_DIR: 'nowhere' }));
  expect(nowhere).toEqual({ code: 3, out: '', err: expect.stringContaining('npm start') });
}, 60_000);

test('who reads only the first line is no error', async () => {
  const ended = await new Promise<string>((resolve) => {
    const launcher = join(__dirname, '..', 'bin', 'omnigate.mjs');
    const command = `"${process.execPath}" "${launcher}" get articles -o json | head -n 1; echo "\${PIPESTATUS[0]}"`;
    execFile('bash', ['-c', command], { ...at(), cwd: folder }, (_error, out, err) => resolve(out + err));
  });
  expect(ended).toBe('[\n0\n');
}, 60_000);

test('connectors, and what became of business events', async () => {
  const connector = `kind: Connector
metadata: { name: orders }
spec:
  base_url: https://orders.example.com
  headers: { authorization: "Bearer \${ORDER_TOKEN}" }
  lookups: [{ name: orders, path: "/orders?phone={phone}", fields: { order_no: /id } }]
`;
  const token = { ORDER_TOKEN: 't0ken' };
  expect((await run(['apply', '-f', '-'], token, connector)).out).toBe('connector/orders created\n');
  expect((await run(['get', 'connectors'])).out).toMatch(/orders +https:\/\/orders\.example\.com +orders /);
  const { out } = await run(['get', 'connector', 'orders', '-o', 'yaml']);
  expect(out).toContain('***');
  expect((await run(['apply', '-f', '-'], {}, out)).out).toBe('connector/orders unchanged\n');
  const integration = omnigate.client(IntegrationServiceService);
  const event = { name: 'room-ready', text: 'It is ready.', customer: { externalId: 'nobody' } };
  const { eventId } = await integration.publishBusinessEvent(event);
  let rows: { event_id: string }[] = [];
  while (rows.length === 0) rows = await rowsOf('business-events', '--state', 'not_told');
  expect(rows).toEqual([
    expect.objectContaining({
      ...{ event_id: eventId, name: 'room-ready', reason: 'CONTACT_UNKNOWN' },
      outcome: 'BUSINESS_EVENT_OUTCOME_NOT_TOLD',
    }),
  ]);
  expect(await rowsOf('business-event', eventId)).toEqual(rows);
  expect(await rowsOf('business-events', '--state', 'told')).toEqual([]);
}, 60_000);
