import type { TicketTypeSpec } from '@omnigate/ticket-form';
import type { Declared } from './directory';

/** A type that asks for a building, a room and a problem, with rules for building 1 and for plumbers. */
export const repair: TicketTypeSpec = {
  title: { zh: '报修', en: 'Repair' },
  keywords: { zh: [], en: [] },
  examples: { zh: [], en: [] },
  form: {
    type: 'object',
    required: ['building', 'problem'],
    properties: {
      building: {
        type: 'string',
        title: { zh: '楼栋', en: 'Building' },
        ask: { zh: '几号楼？' },
        enum: ['1', '2', '9'],
        labels: { '1': { zh: '1 号楼', en: 'Building 1' } },
      },
      problem: {
        type: 'string',
        title: { zh: '故障', en: 'Problem' },
        ask: { zh: '怎么了？' },
        maxLength: 50,
      },
      floor: { type: 'integer', title: { zh: '楼层', en: 'Floor' }, minimum: 1 },
    },
  },
  building: 'building',
  dispatch: [
    { buildings: ['1'], worker: 'ann' },
    { buildings: ['1', '2'], skill: 'plumbing' },
  ],
  due_hours: 24,
  escalate_to: 'chief',
  auto_close_hours: 72,
};

const worker = { skills: [] as string[], active: true, language: 'zh' };

/** Who there is: ann and bob, both plumbers on the channel `crew`, and chief. */
export const crew = {
  ann: {
    ...worker,
    display_name: '安师傅',
    channel: 'crew',
    address: '+8613900000001',
    skills: ['plumbing'],
  },
  bob: {
    ...worker,
    display_name: { zh: '鲍师傅', en: 'Bob' },
    channel: 'crew',
    address: '+8613900000002',
    skills: ['plumbing'],
    language: 'en',
  },
  chief: { ...worker, channel: 'crew', address: '+8613900000009' },
};

/** What a tenant declares where a test needs nothing else. */
export const usual: Declared = { types: { repair }, workers: crew };
