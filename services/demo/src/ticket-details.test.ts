import { type RegistryServiceService, Resource } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import { createFormTexts, ticketDetails } from './ticket-details';

const spec = {
  title: { zh: '报修', en: 'Repair' },
  form: {
    required: ['building', 'room'],
    properties: {
      building: {
        title: { zh: '楼栋', en: 'Building' },
        enum: ['1', '2'],
        labels: { '1': { zh: '1 号楼', en: 'Building 1' } },
      },
      room: { title: { zh: '房号' } },
      note: {},
    },
  },
};
const formTexts = createFormTexts({
  snapshotResources: async ({ kind }: { kind: string }, { tenantId }: { tenantId: string }) => ({
    resources:
      kind === 'TicketType' && tenantId === 'tenant'
        ? [Resource.fromPartial({ kind, metadata: { name: 'repair' }, spec }), typeWithoutForm(kind)]
        : [],
  }),
} as unknown as Client<RegistryServiceService>);
const typeWithoutForm = (kind: string) =>
  Resource.fromPartial({ kind, metadata: { name: 'other' }, spec: { title: { zh: '其他', en: 'Other' } } });
const same = (text: string) => ({ zh: text, en: text });

test('a form is told in the titles and labels of its type', async () => {
  const form = { building: '1', room: '1201', note: 'x' };
  expect(ticketDetails({ type: 'repair', form }, await formTexts('tenant'))).toEqual({
    title: { zh: '报修', en: 'Repair' },
    details: [
      { label: { zh: '楼栋', en: 'Building' }, value: { zh: '1 号楼', en: 'Building 1' } },
      { label: { zh: '房号', en: 'room' }, value: same('1201') },
      { label: same('note'), value: same('x') },
    ],
  });
});

test('what is asked first is told first, and what the type has no more comes last', async () => {
  const form = { old: 'y', room: '1201', note: 'x', building: '2' };
  const { details } = ticketDetails({ type: 'repair', form }, await formTexts('tenant'));
  expect(details.map(({ label }) => label.en)).toEqual(['Building', 'room', 'note', 'old']);
});

test.each(['2', 'constructor', '__proto__', 'toString'])(
  'a value without a label, %s, is itself',
  async (value) => {
    const { details } = ticketDetails(
      { type: 'repair', form: { building: value } },
      await formTexts('tenant'),
    );
    expect(details[0]?.value).toEqual(same(value));
  },
);

test('values that are no texts are written as JSON', async () => {
  const form = { building: ['1'], room: 1201, note: true };
  const { details } = ticketDetails({ type: 'repair', form }, await formTexts('tenant'));
  expect(details.map(({ value }) => value.zh)).toEqual(['["1"]', '1201', 'true']);
});

test('a type that is gone, or one of another tenant, shows its names', async () => {
  for (const tenantId of ['tenant', 'another']) {
    const type = tenantId === 'tenant' ? 'gone' : 'repair';
    expect(ticketDetails({ type, form: { room: '1' } }, await formTexts(tenantId))).toEqual({
      title: same(type),
      details: [{ label: same('room'), value: same('1') }],
    });
  }
});

test('a ticket without a form has no details', async () => {
  expect(ticketDetails({ type: 'other', form: undefined }, await formTexts('tenant'))).toEqual({
    title: { zh: '其他', en: 'Other' },
    details: [],
  });
});
