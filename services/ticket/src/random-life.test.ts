import { type Ticket, TicketEventKind, TicketState } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../testing/bed';
import { crew } from '../testing/declared';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** mulberry32: the same sequence for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const form = { building: '1', problem: '水管漏水' };

/** Every way in which something can happen to a ticket, from the desk, by chat, by time; many at a wrong moment. */
function waysTo(tenantId: string, ticketId: string): (() => Promise<unknown>)[] {
  const owner = bed.as(tenantId);
  const answers = (place: object, ...choices: string[]) =>
    choices.map((choice) => () => {
      const request = { $case: 'answer' as const, value: { ticketId, choice } };
      return bed.request(tenantId, { ...place, request });
    });
  const late = async () => {
    await bed.makeLate(tenantId, ticketId);
    await bed.sweeper.sweep();
  };
  return [
    () => owner.assignTicket({ ticketId, worker: 'ann' }),
    () => owner.assignTicket({ ticketId, worker: 'bob' }),
    () => owner.acceptTicket({ requestId: newId(), ticketId }),
    () => owner.refuseTicket({ ticketId }),
    () => owner.completeTicket({ ticketId, result: 'done' }),
    () => owner.rateTicket({ ticketId, rating: 4 }),
    () => owner.reopenTicket({ ticketId }),
    ...answers(bed.from(tenantId, crew.ann.address, 'crew'), 'accept', 'refuse', 'complete'),
    ...answers(bed.from(tenantId, crew.bob.address, 'crew'), 'accept', 'complete'),
    ...answers(bed.from(tenantId), 'confirm', 'reopen', 'rate-2'),
    late,
  ];
}

/** What holds of every ticket at every moment. */
function checkTicket(ticket: Ticket | undefined): void {
  const { state, worker, rating, seq, result } = ticket as Ticket;
  const finished = [TicketState.TICKET_STATE_COMPLETED, TicketState.TICKET_STATE_CLOSED];
  if (state === TicketState.TICKET_STATE_OPEN) expect(worker).toBe('');
  else if (state !== TicketState.TICKET_STATE_CANCELLED) expect(Object.keys(crew)).toContain(worker);
  if (rating > 0) expect(state).toBe(TicketState.TICKET_STATE_CLOSED);
  if (result !== '') expect(finished).toContain(state);
  expect(seq).toBeGreaterThanOrEqual(1n);
}

const {
  TICKET_EVENT_KIND_ACCEPTED,
  TICKET_EVENT_KIND_ASSIGNED,
  TICKET_EVENT_KIND_CLOSED,
  TICKET_EVENT_KIND_COMPLETED,
  TICKET_EVENT_KIND_ESCALATED,
  TICKET_EVENT_KIND_RATED,
  TICKET_EVENT_KIND_REOPENED,
} = TicketEventKind;

/** What holds of every history: what must have come before, since the ticket was made or reopened. */
function checkHistory(kinds: readonly TicketEventKind[]): void {
  const needs: Partial<Record<TicketEventKind, TicketEventKind>> = {
    [TICKET_EVENT_KIND_ACCEPTED]: TICKET_EVENT_KIND_ASSIGNED,
    [TICKET_EVENT_KIND_COMPLETED]: TICKET_EVENT_KIND_ACCEPTED,
    [TICKET_EVENT_KIND_CLOSED]: TICKET_EVENT_KIND_COMPLETED,
    [TICKET_EVENT_KIND_RATED]: TICKET_EVENT_KIND_COMPLETED,
    [TICKET_EVENT_KIND_REOPENED]: TICKET_EVENT_KIND_COMPLETED,
  };
  const atMostOnce = [
    TICKET_EVENT_KIND_COMPLETED,
    TICKET_EVENT_KIND_CLOSED,
    TICKET_EVENT_KIND_RATED,
    TICKET_EVENT_KIND_ESCALATED,
  ];
  let round: TicketEventKind[] = [];
  expect(kinds[0]).toBe(TicketEventKind.TICKET_EVENT_KIND_CREATED);
  for (const kind of kinds) {
    const needed = needs[kind];
    if (needed !== undefined) expect(round).toContain(needed);
    if (atMostOnce.includes(kind)) expect(round).not.toContain(kind);
    round = kind === TICKET_EVENT_KIND_REOPENED ? [] : [...round, kind];
  }
}

const make = async (tenantId: string): Promise<string> => {
  const request = { type: 'repair', form, channel: 'shop', address: customer };
  return (await bed.as(tenantId).createTicket(request)).ticket?.id ?? '';
};

async function checkAll(tenantId: string, ticketId: string): Promise<void> {
  const { ticket, events } = await bed.as(tenantId).getTicket({ ticketId });
  checkTicket(ticket);
  const seqs = events.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => BigInt(index + 1)));
  expect(ticket?.seq).toBe(seqs.at(-1));
  checkHistory(events.map(({ kind }) => kind));
  const published = bed.told(tenantId).filter((told) => told.ticketId === ticketId && told.what !== 'told');
  expect(published.map(({ seq }) => seq)).toEqual(seqs);
}

/** Only a wrong moment may refuse: anything else is a fault. */
const refusedByState = (error: unknown): void => {
  if (!isAppError(error, 'TICKET_STATE')) throw error;
};

test.each([1, 2, 3, 4])(
  'whatever happens one after another, a ticket stays sound (seed %d)',
  async (seed) => {
    const random = randomOf(seed);
    const tenantId = bed.addTenant();
    const ticketId = await make(tenantId);
    const ways = waysTo(tenantId, ticketId);
    for (let step = 0; step < 60; step += 1) {
      await ways[Math.floor(random() * ways.length)]?.().catch(refusedByState);
      checkTicket((await bed.as(tenantId).getTicket({ ticketId })).ticket);
    }
    await checkAll(tenantId, ticketId);
    expect(bed.told(tenantId).length).toBeGreaterThan(10);
  },
);

test.each([5, 6])('whatever happens at once, a ticket stays sound (seed %d)', async (seed) => {
  const random = randomOf(seed);
  const tenantId = bed.addTenant();
  const tickets = await Promise.all([make(tenantId), make(tenantId)]);
  const ways = tickets.flatMap((ticketId) => waysTo(tenantId, ticketId));
  for (let round = 0; round < 12; round += 1) {
    const chosen = Array.from({ length: 6 }, () => Math.floor(random() * ways.length));
    await Promise.all(chosen.map(async (index) => ways[index]?.().catch(refusedByState)));
  }
  for (const ticketId of tickets) await checkAll(tenantId, ticketId);
});

test('of two who take one ticket at once one gets it', async () => {
  const tenantId = bed.addTenant();
  const ticketId = await make(tenantId);
  const owner = bed.as(tenantId);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => owner.acceptTicket({ ticketId })),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await checkAll(tenantId, ticketId);
});

test('numbers are given without gaps to tickets that are made at once', async () => {
  const tenantId = bed.addTenant();
  await Promise.all(Array.from({ length: 10 }, () => make(tenantId)));
  const { tickets } = await bed.as(tenantId).listTickets({});
  expect(tickets.map(({ number }) => Number(number))).toEqual(
    Array.from({ length: 10 }, (_, index) => 1010 - index),
  );
});
