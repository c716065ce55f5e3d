import {
  GetTicketResponse,
  ListTicketsResponse,
  TicketEventKind,
  TicketServiceService,
  TicketState,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { defineService } from '@omnigate/rpc';
import { loopbackKey, loopbackServer } from '../../testing/loopback-server';
import { recordedTerminal } from '../../testing/recorded-terminal';
import { runCommand } from '../program';

const owner = ['owner'] as const;
const asked: object[] = [];
const ticket = {
  number: 1002n,
  type: 'repair',
  state: TicketState.TICKET_STATE_ACCEPTED,
  worker: 'ann',
  summary: '报修 1 号楼 漏水',
};
const events = [
  { seq: 1n, kind: TicketEventKind.TICKET_EVENT_KIND_CREATED, actor: 'bot' },
  { seq: 2n, kind: TicketEventKind.TICKET_EVENT_KIND_ASSIGNED, actor: 'system', note: 'ann' },
];
const none = () => Promise.reject(new AppError('UNIMPLEMENTED'));

const service = defineService(
  TicketServiceService,
  {
    createTicket: owner,
    getTicket: owner,
    listTickets: owner,
    assignTicket: owner,
    acceptTicket: owner,
    refuseTicket: owner,
    completeTicket: owner,
    rateTicket: owner,
    reopenTicket: owner,
    cancelTicket: owner,
  },
  {
    createTicket: none,
    async getTicket({ ticketId }) {
      if (ticketId !== '1002') throw new AppError('NOT_FOUND', { resource: 'ticket' });
      return GetTicketResponse.fromPartial({ ticket, events });
    },
    // Two pages.
    async listTickets(request) {
      asked.push(request);
      const second = request.pageToken !== '';
      return ListTicketsResponse.fromPartial({
        tickets: [second ? { ...ticket, number: 1001n } : ticket],
        nextPageToken: second ? '' : 'more',
      });
    },
    assignTicket: none,
    acceptTicket: none,
    refuseTicket: none,
    completeTicket: none,
    rateTicket: none,
    reopenTicket: none,
    cancelTicket: none,
  },
);

let server: Awaited<ReturnType<typeof loopbackServer>>;
beforeAll(async () => {
  server = await loopbackServer([service]);
});
afterAll(() => server.stop());

async function run(...words: string[]) {
  const env = { OMNIGATE_GRPC_ADDRESS: server.address, OMNIGATE_API_KEY: loopbackKey };
  const terminal = recordedTerminal({ env });
  const code = await runCommand(words, terminal, '1.2.3');
  return { code, out: terminal.written(), err: terminal.complained() };
}

test('lists all pages of what was asked for', async () => {
  const { code, out } = await run(
    'get',
    'tickets',
    '--state',
    'accepted',
    '--type',
    'repair',
    '--worker',
    'ann',
  );
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/\s+/).slice(0, 4))).toEqual([
    ['NUMBER', 'TYPE', 'STATE', 'WORKER'],
    ['1002', 'repair', 'ACCEPTED', 'ann'],
    ['1001', 'repair', 'ACCEPTED', 'ann'],
  ]);
  expect(asked[0]).toMatchObject({ state: TicketState.TICKET_STATE_ACCEPTED, type: 'repair', worker: 'ann' });
  const json = JSON.parse((await run('get', 'tickets', '-o', 'json')).out) as object[];
  expect(json).toMatchObject([
    { number: '1002', state: 'TICKET_STATE_ACCEPTED', rating: 0 },
    { number: '1001', worker: 'ann' },
  ]);
});

test('shows one with its history', async () => {
  const { out } = await run('get', 'ticket', '1002');
  const [titles, row, , eventTitles, ...lines] = out.trimEnd().split('\n');
  expect([titles?.slice(0, 6), row?.slice(0, 4)]).toEqual(['NUMBER', '1002']);
  expect(eventTitles).toMatch(/^SEQ\s+TIME\s+WHAT\s+WHO\s+NOTE$/);
  expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '1 - CREATED bot -',
    '2 - ASSIGNED system ann',
  ]);
  const [json] = JSON.parse((await run('get', 'ticket', '1002', '-o', 'json')).out) as object[];
  expect(json).toMatchObject({
    number: '1002',
    events: [{ kind: 'TICKET_EVENT_KIND_CREATED' }, { note: 'ann' }],
  });
  expect((await run('get', 'ticket', '1002', '-o', 'yaml')).out).toContain('actor: system');
});

test('what is not there, or asked for wrongly, is told', async () => {
  expect(await run('get', 'ticket', '7')).toMatchObject({ code: 1, out: '' });
  expect(await run('get', 'tickets', '--state', 'lost')).toMatchObject({ code: 2, out: '' });
  expect(await run('get', 'tickets', '--owner', 'bot')).toMatchObject({ code: 2, out: '' });
});
