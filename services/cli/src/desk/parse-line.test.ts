import { parseLine } from './parse-line';

test.each([
  ['accept', { do: 'accept', number: undefined }],
  [' /accept #2 ', { do: 'accept', number: 2 }],
  ['switch 12', { do: 'switch', number: 12 }],
  ['accept that we are late', { do: 'reply', text: 'accept that we are late' }],
  ['reply  您好 \n', { do: 'reply', text: '您好' }],
  ['note knows the house', { do: 'note', text: 'knows the house' }],
  ['Note that we close', { do: 'reply', text: 'Note that we close' }],
  ['resolve', { do: 'resolve' }],
  ['resolve it yourself', { do: 'reply', text: 'resolve it yourself' }],
  ['transfer repairs', { do: 'transfer', team: 'repairs', note: '' }],
  ['transfer takes three days', { do: 'reply', text: 'transfer takes three days' }],
  ['/transfer repairs the lift', { do: 'transfer', team: 'repairs', note: 'the lift' }],
  ['help', { do: 'help' }],
  ['exit', { do: 'quit' }],
  ['您好', { do: 'reply', text: '您好' }],
  ['//home/file', { do: 'reply', text: '/home/file' }],
  ['/home', { do: 'unknown', word: 'home' }],
  ['/resolve it', { do: 'unknown', word: 'resolve' }],
  ['  ', { do: 'nothing' }],
])('%j', (line, command) => {
  expect(parseLine(line)).toEqual(command);
});
