import type { DispatchRule } from '@omnigate/ticket-form';
import { chooseWorker } from './choose-worker';
import type { Worker } from './worker';

const worker = (name: string, more: Partial<Worker> = {}): Worker => ({
  name,
  displayName: { zh: name, en: name },
  channel: undefined,
  address: '',
  types: undefined,
  buildings: undefined,
  skills: [],
  active: true,
  language: 'zh',
  ...more,
});

const choose = (
  workers: Worker[],
  more: { dispatch?: DispatchRule[]; building?: string; unfinished?: object; refusedBy?: string[] } = {},
) =>
  chooseWorker({
    type: 'repair',
    spec: { dispatch: more.dispatch ?? [] },
    building: more.building ?? '1',
    workers: new Map(workers.map((each) => [each.name, each])),
    unfinished: new Map(Object.entries(more.unfinished ?? {})),
    refusedBy: more.refusedBy ?? [],
  })?.name;

test('without rules everybody who takes the type and the building counts', () => {
  const workers = [
    worker('asleep', { active: false }),
    worker('else', { types: ['return'] }),
    worker('far', { buildings: ['2'] }),
    worker('fits', { types: ['repair'], buildings: ['1'] }),
    worker('takes-all'),
  ];
  expect(choose(workers)).toBe('fits');
  expect(choose(workers, { refusedBy: ['fits'] })).toBe('takes-all');
  expect(choose(workers, { refusedBy: ['fits', 'takes-all'] })).toBeUndefined();
  expect(choose(workers, { building: '2' })).toBe('far');
});

test('the first rule that has somebody left decides, whoever has less to do', () => {
  const workers = [worker('ann'), worker('bob', { skills: ['a'] }), worker('cleo', { skills: ['a'] })];
  const dispatch = [{ buildings: ['1'], worker: 'ann' }, { skill: 'a' }];
  expect(choose(workers, { dispatch, unfinished: { ann: 9 } })).toBe('ann');
  expect(choose(workers, { dispatch, building: '2', unfinished: { bob: 1 } })).toBe('cleo');
  expect(choose(workers, { dispatch, building: '2' })).toBe('bob');
  expect(choose(workers, { dispatch, refusedBy: ['ann'] })).toBe('bob');
  expect(choose(workers, { dispatch: [{ buildings: ['1'], skill: 'a' }], building: '' })).toBeUndefined();
});

test('a worker by name is asked wherever they usually work, unless they are not there', () => {
  const dispatch = [{ worker: 'far' }, { worker: 'gone' }, { worker: 'asleep' }];
  const workers = [worker('far', { buildings: ['2'] }), worker('asleep', { active: false })];
  expect(choose(workers, { dispatch })).toBe('far');
  expect(choose(workers, { dispatch, refusedBy: ['far'] })).toBeUndefined();
});
