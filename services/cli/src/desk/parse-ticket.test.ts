import { parseLine } from './parse-line';

const number = '1001';

test.each([
  ['tickets', { do: 'tickets' }],
  ['ticket 1001', { do: 'ticket', ticket: { verb: 'show', number } }],
  ['ticket #1001 accept', { do: 'ticket', ticket: { verb: 'accept', number } }],
  ['ticket 1001 assign demo-li', { do: 'ticket', ticket: { verb: 'assign', number, worker: 'demo-li' } }],
  ['ticket 1001 refuse', { do: 'ticket', ticket: { verb: 'refuse', number, text: '' } }],
  [
    'ticket 1001 complete  换了 阀门',
    { do: 'ticket', ticket: { verb: 'complete', number, text: '换了 阀门' } },
  ],
  ['ticket 1001 rate 5', { do: 'ticket', ticket: { verb: 'rate', number, rating: 5, text: '' } }],
  [
    'ticket 1001 rate 2 too slow',
    { do: 'ticket', ticket: { verb: 'rate', number, rating: 2, text: 'too slow' } },
  ],
  [
    '/ticket 1001 cancel by mistake',
    { do: 'ticket', ticket: { verb: 'cancel', number, text: 'by mistake' } },
  ],
  ['ticket create repair', { do: 'ticket', ticket: { verb: 'create', type: 'repair', form: {} } }],
  [
    'ticket create repair building=1 problem="水管 漏水" note=“轻 点” floor:=3 urgent:=true odd:=x',
    {
      do: 'ticket',
      ticket: {
        verb: 'create',
        type: 'repair',
        form: { building: '1', problem: '水管 漏水', note: '轻 点', floor: 3, urgent: true, odd: 'x' },
      },
    },
  ],
  ['ticket 1001 is late', { do: 'reply', text: 'ticket 1001 is late' }],
  ['ticket 1001 accept it please', { do: 'reply', text: 'ticket 1001 accept it please' }],
  ['ticket 1001 rate 7', { do: 'reply', text: 'ticket 1001 rate 7' }],
  ['ticket create a new one', { do: 'reply', text: 'ticket create a new one' }],
  ['tickets are made for that', { do: 'reply', text: 'tickets are made for that' }],
  ['ticket', { do: 'reply', text: 'ticket' }],
  ['/ticket about nothing', { do: 'unknown', word: 'ticket' }],
])('%j', (line, command) => {
  expect(parseLine(line)).toEqual(command);
});
