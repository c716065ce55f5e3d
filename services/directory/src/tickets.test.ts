import { invalid, type OpenDirectory, openDirectory, type TestDocument } from '../testing/open-directory';

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const form = {
  required: ['building', 'problem'],
  properties: {
    building: {
      type: 'string',
      title: { zh: '楼栋', en: 'Building' },
      ask: { zh: '几号楼？', en: 'Which building?' },
      enum: ['1', '2'],
      labels: { '1': { zh: '1 号楼' } },
    },
    problem: { type: 'string', title: { zh: '故障' }, ask: { zh: '怎么了？' }, maxLength: 500 },
    order: { type: 'string', title: { en: 'Order' }, pattern: '^[0-9]{4,20}$' },
    day: { type: 'string', title: { en: 'Day' }, format: 'date' },
    count: { type: 'integer', title: { en: 'Count' }, minimum: 1, maximum: 9 },
  },
};
const type = (spec: Record<string, unknown> = {}, name = 'repair'): TestDocument => ({
  kind: 'TicketType',
  name,
  spec: { title: { zh: '报修', en: 'Repair' }, form, ...spec },
});
const worker = (spec: Record<string, unknown> = {}, name = 'li-gong'): TestDocument => ({
  kind: 'Worker',
  name,
  spec,
});
const channel: TestDocument = { kind: 'Channel', name: 'plain', spec: { type: 'web' } };

/** Without the path of the document. */
const at = (field: string) => `resources[0].spec.${field}`;

test('keeps a type and its workers, who may name one another', async () => {
  const { apply, directory } = open.as(['admin']);
  const dispatch = [{ buildings: ['1'], worker: 'li-gong' }, { skill: 'plumbing' }];
  const documents = [
    type({ building: 'building', dispatch, escalate_to: 'wang-gong' }),
    worker({ types: ['repair'], channel: 'plain', address: 'li', display_name: '李工' }),
    worker({ display_name: { zh: '王工', en: 'Mr Wang' } }, 'wang-gong'),
    { ...channel, spec: { type: 'web', config: { allowed_origins: [] } } },
  ];
  await apply(...documents);
  const { resources } = await directory.listResources({ kind: 'ticket-types' });
  expect(resources[0]?.spec).toMatchObject({
    due_hours: 72,
    auto_close_hours: 72,
    keywords: { zh: [], en: [] },
    form: { type: 'object', required: ['building', 'problem'] },
  });
  const remove = (kind: string, name: string) => directory.deleteResource({ kind, name });
  await expect(remove('Worker', 'li-gong')).rejects.toThrow('TicketType/repair');
  await expect(remove('Worker', 'wang-gong')).rejects.toThrow('TicketType/repair');
  await expect(remove('TicketType', 'repair')).rejects.toThrow('Worker/li-gong');
  await expect(remove('Channel', 'plain')).rejects.toThrow('Worker/li-gong');
  await apply(type());
  await remove('Worker', 'wang-gong');
  await remove('Worker', 'li-gong');
  await remove('TicketType', 'repair');
});

const formWith = (properties: Record<string, unknown>, required: string[] = []) => ({
  form: { properties, required },
});
const text = { type: 'string', title: { en: 'Text' } };

test.each<[what: string, spec: Record<string, unknown>, field: string]>([
  ['no title', { title: undefined }, 'title'],
  ['a title in no language', { title: {} }, 'title'],
  ['an unknown field', { colour: 'red' }, 'colour'],
  ['no properties', formWith({}), 'form.properties'],
  ['a name that is none', formWith({ 'room no': text }), 'form.properties.room no'],
  ['an unknown keyword', formWith({ a: { ...text, const: 1 } }), 'form.properties.a.const'],
  ['an unknown type', formWith({ a: { ...text, type: 'array' } }), 'form.properties.a.type'],
  ['a keyword of another type', formWith({ a: { ...text, minimum: 1 } }), 'form.properties.a.minimum'],
  [
    'a label of no value',
    formWith({ a: { ...text, enum: ['x'], labels: { y: { en: 'Y' } } } }),
    'form.properties.a.labels.y',
  ],
  ['a value twice', formWith({ a: { ...text, enum: ['x', 'x'] } }), 'form.properties.a.enum'],
  [
    'lengths that exclude each other',
    formWith({ a: { ...text, minLength: 5, maxLength: 4 } }),
    'form.properties.a.maxLength',
  ],
  ['a slow pattern', formWith({ a: { ...text, pattern: '^(a+)+$' } }), 'form.properties.a.pattern'],
  ['something required that is none', formWith({ a: text }, ['b']), 'form.required[0]'],
  ['something required that nobody asks for', formWith({ a: text }, ['a']), 'form.properties.a.ask'],
  ['a building that is no property', { building: 'house' }, 'building'],
  ['a building that is no text', { building: 'count' }, 'building'],
  [
    'rules by building without one',
    { dispatch: [{ buildings: ['1'], skill: 's' }] },
    'dispatch[0].buildings',
  ],
  ['a rule for nobody', { dispatch: [{}] }, 'dispatch[0]'],
  ['a rule for both', { dispatch: [{ worker: 'w', skill: 's' }] }, 'dispatch[0]'],
  ['a worker who is not there', { dispatch: [{ worker: 'nobody' }] }, 'dispatch[0].worker'],
  ['nobody to escalate to', { escalate_to: 'nobody' }, 'escalate_to'],
  ['no time', { due_hours: 0 }, 'due_hours'],
])('refuses a type with %s', async (_, spec, field) => {
  await expect(open.as(['admin']).apply(type(spec))).rejects.toEqual(invalid(at(field)));
});

test.each<[what: string, spec: Record<string, unknown>, field: string]>([
  ['an address on no channel', { address: '+8613900000001' }, 'channel'],
  ['a channel without an address', { channel: 'plain' }, 'address'],
  ['a channel that is not there', { channel: 'nowhere', address: 'a' }, 'channel'],
  ['a type that is not there', { types: ['nothing'] }, 'types[0]'],
  ['a language that nobody is told in', { language: 'fr' }, 'language'],
  ['a name that is empty', { display_name: '' }, 'display_name'],
  ['a name in no language', { display_name: {} }, 'display_name'],
])('refuses a worker with %s', async (_, spec, field) => {
  await expect(open.as(['admin']).apply(worker(spec, 'wrong'))).rejects.toEqual(invalid(at(field)));
});

test("a worker's key names its worker, who stays as long as the key", async () => {
  const { apply, directory } = open.as(['owner']);
  const applied = await apply(
    { kind: 'ApiKey', name: 'zhao-key', spec: { role: 'worker', worker: 'zhao' } },
    worker({}, 'zhao'),
  );
  const key = String(applied.resources[0]?.resource?.status?.key);
  expect(await open.registry.authenticateApiKey({ key })).toMatchObject({
    roles: ['worker'],
    worker: 'zhao',
  });
  await expect(directory.deleteResource({ kind: 'Worker', name: 'zhao' })).rejects.toThrow('ApiKey/zhao-key');
  const keyWith = (spec: Record<string, unknown>) => apply({ kind: 'ApiKey', name: 'wrong', spec });
  await expect(keyWith({ role: 'worker' })).rejects.toEqual(invalid(at('worker')));
  await expect(keyWith({ role: 'auditor', worker: 'zhao' })).rejects.toEqual(invalid(at('worker')));
});
