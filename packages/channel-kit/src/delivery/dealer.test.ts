import { ResolvedChannel } from '@omnigate/contracts';
import { createLocalState, type State } from '@omnigate/state';
import { createDealer } from './dealer';
import { createDueChannels, type DueChannels } from './due-channels';

let state: State;
let channels: DueChannels;
beforeEach(() => {
  state = createLocalState();
  channels = createDueChannels({ tenantSlots: 6 });
  channels.mark(channels.get({ tenantId: 'a', channelId: 'a' }));
});
afterEach(() => state.stop());

const dealerWith = (peekChannel: () => ResolvedChannel | undefined) =>
  createDealer({
    channels,
    directory: { peekChannel, channel: () => new Promise(() => undefined) },
    state,
    wake: () => undefined,
  });

test('slots that a channel’s rate does not let it fill are free again', async () => {
  const dealer = dealerWith(() => ResolvedChannel.fromPartial({ id: 'a', maxPerSecond: 10 }));
  const dealt = await dealer.deal(4, Date.now());
  expect(dealt).toMatchObject([{ count: 1 }]);
  expect(channels.inFlight).toBe(1);
  // No word of it is later than what was dealt: a claim that finds less has seen all.
  expect(dealt[0]?.marks).toBe(channels.all()[0]?.marks);
});

test('slots of a channel that the directory must be asked for are free again', async () => {
  expect(await dealerWith(() => undefined).deal(4, Date.now())).toEqual([]);
  expect(channels.inFlight).toBe(0);
});
