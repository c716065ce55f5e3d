import { AskResponse, type Media, type TicketAnswer, type TicketRequested } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, type Inbound, openBed } from '../../testing/bed';
import type { TenantOptions, TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import {
  choiceOf,
  fileOf,
  followRequests,
  noticeTo,
  pictureOf,
  textOf,
  ticketMenu,
} from '../../testing/ticket-desk';
import { lockTurns } from '../store/turns';
import { createHeldRequests } from '../tickets/held-requests';
import { createTurnEffects } from '../turns/effects';
import { loadTurns } from '../turns/load';

const assigned = { accept: '接单', refuse: '拒绝' };
const accepted = { complete: '完成' };
const rating = { 'rate-5': '5 星', 'rate-4': '4 星', 'rate-1': '1 星', reopen: '没修好' };

let bed: Bed;
let requests: Awaited<ReturnType<typeof followRequests>>;
beforeAll(async () => {
  bed = await openBed();
  requests = await followRequests(bed);
});
afterAll(async () => {
  await requests.stop();
  await bed.close();
});

/** A tenant whose customer was offered a menu. */
async function offered(verbs: Record<string, string>, o: TenantOptions = {}) {
  const tenant = bed.addTenant(o);
  const ticketId = newId();
  const offer = (more: Record<string, string> = verbs, id = ticketId) =>
    bed.tickets(tenant, { notices: [noticeTo(tenant, { content: ticketMenu(id, '工单', more) })] });
  await offer();
  return { tenant, ticketId, offer };
}

const turnsOf = ({ tenantId }: TestTenant) =>
  bed.database.query<{ from_seq: number; covers_seq: number }>({
    text: 'select from_seq, covers_seq from turn where tenant_id = $1',
    values: [tenantId],
  });
const answerOf = (request: TicketRequested | undefined): TicketAnswer | undefined =>
  request?.request?.$case === 'answer' ? request.request.value : undefined;

/** What a batch came to: the answers told, and how many turns of the bot began. */
async function comeOf(tenant: TestTenant, ...messages: Inbound[]) {
  const before = (await requests.settled(tenant)).length;
  await bed.receive(tenant, ...messages);
  const told = (await requests.settled(tenant)).slice(before).map(answerOf);
  return { told, turns: (await turnsOf(tenant)).length };
}

/** Tells what became of the attachments of a tenant's last message. */
async function store(tenant: TestTenant, ...files: Media[]): Promise<void> {
  const [conversation] = await bed.conversationsOf(tenant);
  const conversationId = conversation?.id ?? '';
  const [row] = await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
    tx.query<{ id: string }>({
      text: 'select id from message where conversation_id = $1 order by seq desc limit 1',
      values: [conversationId],
    }),
  );
  const items = files.map((media, index) => ({ index: index + 1, media }));
  await bed.tellFiles(tenant, { conversationId, messageId: row?.id ?? '', items });
}

/** Lets the bot answer what a tenant's customer wrote. */
async function settleTurn({ tenantId }: TestTenant, text: string): Promise<void> {
  const [conversation] = await bed.conversationsOf({ tenantId } as TestTenant);
  const id = { tenantId, conversationId: conversation?.id ?? '' };
  const turns = await bed.database.transaction({ tenants: [tenantId] }, (tx) => lockTurns(tx, [id]));
  const [job] = await loadTurns(bed.context, turns);
  if (!job) throw new Error('no turn');
  const response = AskResponse.fromPartial({ actions: [{ kind: { $case: 'reply', value: { text } } }] });
  await createTurnEffects(bed.context).add({ job, response });
}

const release = () => createHeldRequests(bed.context).release();

test.each<[string, Record<string, string>, Inbound, Partial<TicketAnswer>]>([
  ['a number', assigned, { text: '1' }, { choice: 'accept' }],
  ['a label', assigned, { text: '拒绝' }, { choice: 'refuse' }],
  ['a rating', rating, { text: '5' }, { choice: 'rate-5' }],
  ['a rating with its reason', rating, { text: '1分，没人来' }, { choice: 'rate-1', text: '没人来' }],
])('%s is an answer, told once, and starts no turn', async (_, verbs, message, answer) => {
  const { tenant, ticketId } = await offered(verbs);
  const eventId = newId();
  const expected = {
    told: [expect.objectContaining({ ticketId, text: '', media: [], ...answer })],
    turns: 0,
  };
  expect(await comeOf(tenant, { ...message, eventId })).toEqual(expected);
  expect(await comeOf(tenant, { ...message, eventId })).toEqual({ told: [], turns: 0 });
});

test('a choice of a menu is one, where the channel shows menus; also a second time', async () => {
  const { tenant, ticketId } = await offered(assigned, { menu: true });
  const content = choiceOf(`ticket:${ticketId}:accept`, '接单');
  for (let times = 0; times < 2; times += 1) {
    const { told, turns } = await comeOf(tenant, { content });
    expect(told).toMatchObject([{ ticketId, choice: 'accept' }]);
    expect(turns).toBe(0);
  }
});

test('says who answers, and where', async () => {
  const { tenant } = await offered(assigned);
  await bed.receive(tenant, { text: '1' });
  const [request] = await requests.of(tenant, 1);
  const [conversation] = await bed.conversationsOf(tenant);
  expect(request).toMatchObject({
    conversationId: conversation?.id,
    contactId: conversation?.contactId,
    channel: { id: tenant.channel.id },
    channelName: 'shop',
    address: customer,
  });
});

describe('the bot gets', () => {
  test.each([
    ['a question while a rating waits', rating, '物业费怎么交？'],
    ['a sentence that begins with a number', rating, '3 号楼又漏水了'],
    ['a number that no option has', assigned, '7'],
    ['a question of a worker', accepted, '几号楼？'],
    ['who wants a person', accepted, '转人工'],
  ])('%s', async (_, verbs, text) => {
    const { tenant } = await offered(verbs);
    expect(await comeOf(tenant, { text })).toEqual({ told: [], turns: 1 });
  });

  test('a number after an answer', async () => {
    const { tenant } = await offered(assigned);
    await bed.receive(tenant, { text: '1' });
    expect(await comeOf(tenant, { text: '1' })).toEqual({ told: [], turns: 1 });
  });

  test('a number after somebody else has asked something', async () => {
    const { tenant } = await offered(rating);
    const client = bed.conversations(ownerOf(tenant.tenantId));
    await bed.receive(tenant, { text: '灯也坏了' });
    await client.sendMessage({ channel: 'shop', address: customer, content: textOf('请问是几号楼？') });
    const [{ id } = { id: '' }] = await bed.conversationsOf(tenant);
    await bed.database.query({ text: 'delete from turn where tenant_id = $1', values: [tenant.tenantId] });
    expect(await comeOf(tenant, { text: '5' })).toEqual({ told: [], turns: 1 });
    expect((await bed.said(tenant, id)).at(-1)).toBe('customer: 5');
    // By its label it is an answer all the same.
    expect((await comeOf(tenant, { text: '5 星' })).told).toMatchObject([{ choice: 'rate-5' }]);
  });

  test('a number after the bot has asked back, though not after its thanks', async () => {
    const { tenant } = await offered(rating);
    await bed.receive(tenant, { text: '谢谢' });
    await settleTurn(tenant, '不客气！');
    const other = await offered(rating);
    await bed.receive(other.tenant, { text: '我要报修' });
    await settleTurn(other.tenant, '请问是几号楼？');
    expect(await comeOf(other.tenant, { text: '5' })).toEqual({ told: [], turns: 1 });
    expect((await comeOf(tenant, { text: '5' })).told).toMatchObject([{ choice: 'rate-5', text: '' }]);
  });

  test('a number of another customer, and one after seven days', async () => {
    const { tenant } = await offered(rating);
    expect(await comeOf(tenant, { text: '5', from: '+14155550102' })).toEqual({ told: [], turns: 1 });
    await bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      await tx.query({ text: "update offered_menu set created_at = now() - interval '7 days 1 second'" });
      await tx.query({ text: 'delete from turn' });
    });
    expect(await comeOf(tenant, { text: '5' })).toEqual({ told: [], turns: 1 });
  });

  test('what stands beside an answer in a batch', async () => {
    const { tenant } = await offered(rating);
    const { told, turns } = await comeOf(tenant, { text: '5' }, { text: '物业费怎么交？' });
    expect(told).toMatchObject([{ choice: 'rate-5', text: '' }]);
    expect(turns).toBe(1);
    expect(await turnsOf(tenant)).toMatchObject([{ from_seq: 2, covers_seq: 2 }]);
  });
});

describe('before completing, a worker', () => {
  const stored = (name: string) => fileOf(name, { mediaId: newId() });

  test('sends pictures and words, which are told with the choice and start no turn', async () => {
    const { tenant, ticketId } = await offered(accepted);
    const [first, second] = [stored('1.jpg'), stored('2.jpg')];
    expect(await comeOf(tenant, { content: pictureOf(first) }, { text: '换了阀门' })).toEqual({
      told: [],
      turns: 0,
    });
    expect(await comeOf(tenant, { text: '不漏了', attachments: [second] })).toEqual({ told: [], turns: 0 });
    const { told, turns } = await comeOf(tenant, { text: '1' });
    expect(told).toMatchObject([
      { ticketId, choice: 'complete', text: '换了阀门\n不漏了', media: [first, second] },
    ]);
    expect(turns).toBe(0);
    // It is done: what comes now is somebody's to answer.
    expect(await comeOf(tenant, { text: '还有别的单吗' })).toMatchObject({ turns: 1 });
  });

  test('sends a picture with the choice itself', async () => {
    const { tenant } = await offered(accepted);
    const picture = stored('1.jpg');
    const { told } = await comeOf(tenant, { text: '1', attachments: [picture] });
    expect(told).toMatchObject([{ choice: 'complete', text: '', media: [picture] }]);
  });

  test('sends them for the older ticket while a new one waits to be accepted', async () => {
    const { tenant, ticketId, offer } = await offered(accepted);
    const picture = stored('1.jpg');
    const other = newId();
    await offer(assigned, other);
    expect(await comeOf(tenant, { content: pictureOf(picture) })).toEqual({ told: [], turns: 0 });
    expect((await comeOf(tenant, { text: '完成' })).told).toMatchObject([{ ticketId, media: [picture] }]);
    expect((await comeOf(tenant, { text: '1' })).told).toMatchObject([{ ticketId: other, choice: 'accept' }]);
  });
});

describe('files that are being fetched', () => {
  test('hold the answer until all are stored', async () => {
    const { tenant } = await offered(accepted);
    const [file, other] = [fileOf('1.jpg'), fileOf('2.jpg')];
    expect(await comeOf(tenant, { text: '1', attachments: [file, other] })).toEqual({ told: [], turns: 0 });
    const stored = { ...file, mediaId: newId() };
    await store(tenant, stored);
    expect(await requests.settled(tenant)).toEqual([]);
    await store(tenant, stored, { ...other, errorCode: 'MEDIA_TOO_LARGE' });
    const [request] = await requests.of(tenant, 1);
    expect(answerOf(request)?.media[1]).toMatchObject({ errorCode: 'MEDIA_TOO_LARGE' });
    expect(answerOf(request)?.media[0]).toMatchObject({
      providerUrl: file.providerUrl,
      mediaId: expect.stringMatching(/-/),
    });
  });

  test('that can not be had hold nothing up', async () => {
    const { tenant } = await offered(accepted);
    const file = fileOf('1.jpg', { errorCode: 'MEDIA_TOO_LARGE' });
    expect((await comeOf(tenant, { text: '1', attachments: [file] })).told).toMatchObject([
      { media: [file] },
    ]);
  });

  test('ten seconds at most', async () => {
    const { tenant } = await offered(accepted);
    const file = fileOf('1.jpg');
    await bed.receive(tenant, { text: '1', attachments: [file] });
    await release();
    expect(await requests.settled(tenant)).toEqual([]);
    await bed.database.query({
      text: `update ticket_request_deadline set due_at = now() where tenant_id = $1`,
      values: [tenant.tenantId],
    });
    await release();
    await release();
    expect((await requests.settled(tenant)).map(answerOf)).toMatchObject([
      { choice: 'complete', media: [file] },
    ]);
  });
});
