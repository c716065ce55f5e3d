import { TicketState } from '@omnigate/contracts';
import { type Bed, customer, openBed, said } from '../testing/bed';
import { crew, repair } from '../testing/declared';
import { createSweeper } from './sweeper';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const form = { building: '1', problem: '水管漏水' };
const place = { channel: 'shop', address: customer };
const make = async (tenantId: string) =>
  (await bed.as(tenantId).createTicket({ type: 'repair', form, ...place })).ticket?.id ?? '';
const since = (tenantId: string, from: number) =>
  bed
    .told(tenantId)
    .slice(from)
    .map(({ what, note, notices }) => [what, note, ...notices.map((notice) => said(notice).split('\n')[0])]);

test('a late ticket that nobody has taken goes to whom the type names, once', async () => {
  const tenantId = bed.addTenant();
  const ticketId = await make(tenantId);
  await bed.sweeper.sweep();
  expect(bed.told(tenantId)).toHaveLength(2);
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  await bed.sweeper.sweep();
  expect(since(tenantId, 2)).toEqual([
    ['ESCALATED', 'chief'],
    ['ASSIGNED', 'chief', '工单 1001 已改派给别人，您不用再处理了，谢谢。', '新工单 1001：报修'],
  ]);
  const { ticket } = await bed.as(tenantId).getTicket({ ticketId });
  expect(ticket).toMatchObject({ worker: 'chief', state: TicketState.TICKET_STATE_ASSIGNED });
  expect(ticket?.escalateTime).toBeInstanceOf(Date);
});

test('a late ticket that was taken stays with its worker; who the type names is told', async () => {
  const tenantId = bed.addTenant();
  const ticketId = await make(tenantId);
  await bed.as(tenantId).acceptTicket({ ticketId });
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  expect(since(tenantId, 3)).toEqual([
    ['ESCALATED', 'chief', '工单 1001（报修）已超过时限，目前由安师傅处理，请您跟进。'],
  ]);
  expect((await bed.as(tenantId).getTicket({ ticketId })).ticket?.worker).toBe('ann');
});

test('reopened, it may be late once more', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await owner.acceptTicket({ ticketId });
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  await owner.completeTicket({ ticketId });
  const { ticket } = await owner.reopenTicket({ ticketId });
  expect(ticket?.escalateTime).toBeUndefined();
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  expect(bed.told(tenantId).filter(({ what }) => what === 'ESCALATED')).toHaveLength(2);
});

test('with nobody to escalate to it is marked, and stays where it is', async () => {
  const tenantId = bed.addTenant({ types: { repair: { ...repair, escalate_to: undefined } }, workers: crew });
  const ticketId = await make(tenantId);
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  expect(since(tenantId, 2)).toEqual([['ESCALATED', '']]);
});

test('a completed ticket closes when the customer says nothing; it can be opened again', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await owner.acceptTicket({ ticketId });
  await owner.completeTicket({ ticketId });
  await bed.makeLate(tenantId, ticketId);
  await bed.sweeper.sweep();
  await bed.sweeper.sweep();
  expect(since(tenantId, 4)).toEqual([
    ['CLOSED', '', '编号 1001 的报修已自动关闭。如果问题还没有解决，请告诉我们。 [reopen]'],
  ]);
  expect((await owner.reopenTicket({ ticketId })).ticket?.reopenCount).toBe(1);
});

test('two processes do it once', async () => {
  const tenantId = bed.addTenant();
  const ids = await Promise.all(Array.from({ length: 12 }, () => make(tenantId)));
  for (const id of ids) await bed.makeLate(tenantId, id);
  const second = createSweeper(bed.context);
  await Promise.all([bed.sweeper.sweep(), second.sweep(), bed.sweeper.sweep(), second.sweep()]);
  const escalated = bed.told(tenantId).filter(({ what }) => what === 'ESCALATED');
  expect(escalated.map(({ ticketId }) => ticketId).sort()).toEqual([...ids].sort());
});

test('it begins by itself, and looks again when the next is due', async () => {
  const tenantId = bed.addTenant();
  const sweeper = createSweeper(bed.context);
  sweeper.begin();
  try {
    const ticketId = await make(tenantId);
    await bed.makeLate(tenantId, ticketId);
    while (bed.told(tenantId).length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    await sweeper.stop();
  }
  expect(bed.told(tenantId).map(({ what }) => what)).toContain('ESCALATED');
}, 20_000);

test('one that fails does not keep the others from being done', async () => {
  const [broken, sound] = [bed.addTenant(), bed.addTenant()];
  const ids = [await make(broken), await make(sound)];
  for (const [index, tenantId] of [broken, sound].entries()) await bed.makeLate(tenantId, ids[index] ?? '');
  bed.directory.declare(broken, { types: { repair }, workers: crew });
  bed.directory.away(true);
  try {
    await bed.sweeper.sweep();
  } finally {
    bed.directory.away(false);
  }
  expect(bed.told(sound)).toHaveLength(4);
  expect(bed.told(broken)).toHaveLength(2);
  await bed.sweeper.sweep();
  expect(bed.told(broken)).toHaveLength(4);
});

test('however many are late, each is done', async () => {
  const tenantId = bed.addTenant();
  const ids: string[] = [];
  for (let round = 0; round < 11; round += 1)
    ids.push(...(await Promise.all(Array.from({ length: 10 }, () => make(tenantId)))));
  for (const id of ids) await bed.makeLate(tenantId, id);
  await bed.sweeper.sweep();
  expect(bed.told(tenantId).filter(({ what }) => what === 'ESCALATED')).toHaveLength(110);
}, 60_000);
