import { type Ticket, TicketState } from '@omnigate/contracts';
import { samplePng } from '@omnigate/testkit';
import { type Bed, openBed } from '../../testing/bed';

const { TICKET_STATE_OPEN, TICKET_STATE_ASSIGNED, TICKET_STATE_ACCEPTED } = TicketState;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

const shown = async () =>
  (await bed.ask({ url: '/demo/api/tickets' })).json().tickets as Record<string, unknown>[];
const move = (ticket: Pick<Ticket, 'id'>, step: string, payload: object = {}) =>
  bed.ask({ method: 'POST', url: `/demo/api/tickets/${ticket.id}/${step}`, payload });
const upload = (payload: Buffer) =>
  bed.ask({
    method: 'POST',
    url: '/demo/api/pictures',
    headers: { 'content-type': 'application/octet-stream' },
    payload,
  });

test("the demo workers' tickets are shown, and those of the demo's channels that nobody has", async () => {
  bed.addTicket({ worker: 'demo-li', state: TICKET_STATE_ASSIGNED });
  bed.addTicket({ worker: 'demo-wang', channel: 'shop-sms' });
  bed.addTicket({ worker: '', channel: 'demo-wechat', state: TICKET_STATE_OPEN });
  bed.addTicket({ worker: '', channel: 'shop-sms' });
  bed.addTicket({ worker: '', channel: '' });
  bed.addTicket({ worker: 'plumber', channel: 'demo-wechat' });
  expect((await shown()).map(({ number, state }) => [number, state])).toEqual([
    ['1', 'ASSIGNED'],
    ['2', 'UNSPECIFIED'],
    ['3', 'OPEN'],
  ]);
});

test('a ticket has the words of its form, and its pictures by links that stay the same below this origin', async () => {
  bed.addTicketType('repair', {
    title: { zh: '报修', en: 'Repair' },
    form: { properties: { room: { title: { zh: '房号', en: 'Room' } } } },
  });
  const before = { mediaId: '0199a000-0000-7000-8000-000000000001', thumbnailId: '' };
  const after = { mediaId: '0199a000-0000-7000-8000-000000000002', thumbnailId: before.mediaId };
  const { id } = bed.addTicket({
    ...{ type: 'repair', worker: 'demo-li', form: { room: '1201' }, rating: 4, summary: '1201' },
    ...{ media: [before, { mediaId: '' }], resultMedia: [after] },
  });
  const link = expect.stringMatching(
    new RegExp(`^/media/${bed.tenantId}/${before.mediaId}\\?expires=\\d+&signature=`),
  );
  const [ticket] = await shown();
  expect(ticket).toEqual({
    ...{ id, number: '1', state: 'UNSPECIFIED', worker: 'demo-li', rating: 4, summary: '1201' },
    type: { zh: '报修', en: 'Repair' },
    details: [{ label: { zh: '房号', en: 'Room' }, value: { zh: '1201', en: '1201' } }],
    pictures: [link, link],
  });
});

test('links to pictures do not change with every look', async () => {
  bed.addTicket({ worker: 'demo-li', media: [{ mediaId: '0199a000-0000-7000-8000-000000000001' }] });
  const now = jest.spyOn(Date, 'now');
  const shownAt = (time: string) => {
    now.mockReturnValue(Date.parse(time));
    return shown();
  };
  const first = await shownAt('2026-03-03T10:05:00Z');
  expect(await shownAt('2026-03-03T10:55:00Z')).toEqual(first);
  expect(await shownAt('2026-03-03T11:01:00Z')).not.toEqual(first);
  now.mockRestore();
});

test('a worker accepts, refuses and completes with a picture, each as who has the ticket', async () => {
  const offered = bed.addTicket({ worker: 'demo-wang', state: TICKET_STATE_ASSIGNED });
  const nobodys = bed.addTicket({ worker: '', channel: 'demo-wechat', state: TICKET_STATE_OPEN });
  const accepted = bed.addTicket({ worker: 'demo-li', state: TICKET_STATE_ACCEPTED });
  const picture = (await upload(samplePng())).json().media_id as string;
  const done = { result: '换了接头', media_ids: [picture] };
  for (const [ticket, step, body] of [
    [offered, 'accept', {}],
    [nobodys, 'accept', {}],
    [offered, 'refuse', {}],
    [accepted, 'complete', done],
  ] as const)
    expect((await move(ticket, step, body)).statusCode).toBe(200);
  expect(bed.calls).toMatchObject([
    { method: 'accept', request: { ticketId: offered.id, worker: 'demo-wang' } },
    { method: 'accept', request: { ticketId: nobodys.id, worker: 'demo-li' } },
    { method: 'refuse', request: { ticketId: offered.id, worker: 'demo-wang' } },
    {
      method: 'complete',
      request: {
        ...{ ticketId: accepted.id, worker: 'demo-li', result: '换了接头' },
        media: [{ mediaId: picture, contentType: 'image/png' }],
      },
    },
  ]);
  expect(bed.calls.every(({ tenantId }) => tenantId === bed.tenantId)).toBe(true);
  expect(new Set(bed.calls.map(({ request }) => request.requestId)).size).toBe(4);
});

test.each(['accept', 'refuse', 'complete'])("others' tickets can not be moved by %s", async (step) => {
  const theirs = [
    bed.addTicket({ worker: 'plumber', channel: 'demo-wechat' }),
    bed.addTicket({ worker: '', channel: 'shop-sms' }),
    { id: '0199a000-0000-7000-8000-00000000000f' },
  ];
  for (const ticket of theirs) {
    const response = await move(ticket, step, { result: '', media_ids: [] });
    expect([response.statusCode, response.json().code]).toEqual([404, 'NOT_FOUND']);
  }
  expect(bed.calls).toEqual([]);
});

test.each([
  ['no result', { media_ids: [] }],
  ['a result that is too long', { result: 'a'.repeat(501), media_ids: [] }],
  ['a picture that is no id', { result: '', media_ids: ['../x'] }],
  ['too many pictures', { result: '', media_ids: Array(10).fill('0199a000-0000-7000-8000-000000000001') }],
])('completing with %s is refused', async (_, body) => {
  const ticket = bed.addTicket({ worker: 'demo-li' });
  const response = await move(ticket, 'complete', body);
  expect([response.statusCode, response.json().code]).toEqual([400, 'PAYLOAD_MALFORMED']);
  expect(bed.calls).toEqual([]);
});

test('completing with a picture that was never uploaded is refused', async () => {
  const ticket = bed.addTicket({ worker: 'demo-li' });
  const media = { result: '', media_ids: ['0199a000-0000-7000-8000-000000000001'] };
  expect((await move(ticket, 'complete', media)).statusCode).toBe(404);
  expect(bed.calls).toEqual([]);
});

test('an upload must be a file of a kind that is taken', async () => {
  expect((await upload(Buffer.alloc(0))).json().code).toBe('MEDIA_EMPTY');
  expect((await upload(Buffer.alloc(10 * 1024 * 1024 + 1, 1))).json().code).toBe('PAYLOAD_TOO_LARGE');
  const json = await bed.ask({ method: 'POST', url: '/demo/api/pictures', payload: { picture: 'x' } });
  expect(json.json().code).toBe('PAYLOAD_MALFORMED');
});

test('where the tenant is gone nothing is found', async () => {
  bed.tenants.clear();
  expect((await bed.ask({ url: '/demo/api/tickets' })).statusCode).toBe(404);
  expect((await upload(samplePng())).statusCode).toBe(404);
});
