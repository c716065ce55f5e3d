import { newId } from '@omnigate/runtime';
import { type Bed, openBed } from '../../testing/bed';
import { beginTurns, claimWaitingTurns, lockTurns, renewLeases, takeOverTurns } from './turns';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
beforeEach(() => bed.database.query({ text: 'delete from turn' }));
afterAll(() => bed.close());

const tenantId = newId();

async function begin(o: { running: boolean; tenant?: string; coversSeq?: number; conversationId?: string }) {
  const { running, tenant = tenantId, coversSeq = 1, conversationId = newId() } = o;
  const turn = { tenantId: tenant, conversationId, id: newId(), fromSeq: 1, coversSeq, running };
  const begun = await beginTurns(bed.database, [turn], 'one');
  return { ...turn, begun: begun.has(conversationId) };
}

const read = async (turn: { tenantId: string; conversationId: string }) =>
  (await lockTurns(bed.database, [turn]))[0];
const set = (values: string) => bed.database.query({ text: `update turn set ${values}` });
const ids = (turns: readonly { conversationId: string }[]) => turns.map((turn) => turn.conversationId);

describe('a turn that is there already', () => {
  test('and runs is marked to run again, and keeps what it covers', async () => {
    const { conversationId } = await begin({ running: true });
    const again = await begin({ running: true, coversSeq: 3, conversationId });
    expect(again.begun).toBe(false);
    expect(await read(again)).toMatchObject({ coversSeq: 1, rerun: true, fence: 1 });
  });

  test('and waits covers the new messages too, and needs no other run', async () => {
    const { conversationId, id } = await begin({ running: false });
    const again = await begin({ running: false, coversSeq: 3, conversationId });
    expect(again.begun).toBe(false);
    expect(await read(again)).toMatchObject({ id, coversSeq: 3, rerun: false });
  });
});

describe('claiming', () => {
  test('takes turns that wait, none that runs, each once; its fence rises and its clock begins', async () => {
    const [waiting] = [await begin({ running: false }), await begin({ running: true })];
    const [claimed, ...none] = await claimWaitingTurns(bed.database, 'two', 10);
    expect(none).toEqual([]);
    expect(claimed).toMatchObject({ conversationId: waiting.conversationId, fence: 2, holder: 'two' });
    expect(claimed?.clockMs).toBe(20_000);
    expect(await claimWaitingTurns(bed.database, 'three', 10)).toEqual([]);
  });

  test('is fair among tenants: one’s flood does not take all the room', async () => {
    const flood = [];
    for (let turn = 0; turn < 5; turn += 1) flood.push(await begin({ running: false }));
    const other = await begin({ running: false, tenant: newId() });
    const claimed = ids(await claimWaitingTurns(bed.database, 'two', 2));
    expect(claimed.sort()).toEqual([flood[0]?.conversationId ?? '', other.conversationId].sort());
  });
});

describe('taking over', () => {
  const takeOver = (all = false) => takeOverTurns(bed.database, 'two', all);

  test('leaves what its holder renews, and takes what it does not', async () => {
    const [kept, lost] = [await begin({ running: true }), await begin({ running: true })];
    await set("lease_until = now() - interval '1 second'");
    await renewLeases(bed.database, 'one', [kept]);
    await renewLeases(bed.database, 'three', [lost]);
    expect(ids(await takeOver())).toEqual([lost.conversationId]);
    expect(await read(lost)).toMatchObject({ holder: 'two', fence: 2 });
    expect(await takeOver()).toEqual([]);
  });

  test('of the only process takes all that run, whatever their leases', async () => {
    const [running] = [await begin({ running: true }), await begin({ running: false })];
    expect(ids(await takeOver(true))).toEqual([running.conversationId]);
  });

  test('begins the clock again the first time alone', async () => {
    await begin({ running: true });
    await set("clock_until = now() + interval '3 seconds'");
    expect((await takeOver(true))[0]?.clockMs).toBe(20_000);
    await set("clock_until = now() + interval '3 seconds'");
    expect((await takeOver(true))[0]?.clockMs).toBeLessThanOrEqual(3_000);
    await set("clock_until = now() - interval '3 seconds'");
    expect((await takeOver(true))[0]?.clockMs).toBeLessThan(0);
  });

  test('of a turn that nobody has started for a minute gives it to a person', async () => {
    const turn = await begin({ running: false });
    await set("created_at = now() - interval '59 seconds'");
    expect(await takeOver()).toEqual([]);
    await set("created_at = now() - interval '61 seconds'");
    const [late] = await takeOver();
    expect(late).toMatchObject({ conversationId: turn.conversationId, fence: 2 });
    expect(late?.clockMs).toBeLessThan(0);
  });
});
