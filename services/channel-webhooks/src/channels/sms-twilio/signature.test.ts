import type { InboundRequest } from '@omnigate/channel-kit';
import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { isSigned, readForm } from './signature';

const authToken = '12345';

function inbound(url: string, body: string, signature: string | string[]): InboundRequest {
  return {
    method: 'POST',
    path: '/',
    publicUrl: url,
    headers: { 'x-twilio-signature': signature },
    rawBody: Buffer.from(body),
    receivedTime: new Date(0),
  };
}

const verifies = (url: string, body: string, signature: string | string[], token = authToken) =>
  isSigned(inbound(url, body, signature), token, readForm(Buffer.from(body)));

const call =
  'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const bodyHash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const json = '{"property": "value", "boolean": true}';

describe('the vectors of twilio-node spec/validation.spec.js', () => {
  test.each([
    ['a form', url, call, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['signed with :443', url, call, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    [
      'called with :443, signed without',
      url.replace('.com', '.com:443'),
      call,
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    ],
    ['http signed with :80', url.replace('https', 'http'), call, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['another port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', call, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['user and password in the URL', url.replace('//', '//user:pass@'), call, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
    ['an escaped character in the query', `${url}&Body=It's+amazing`, call, 'TfZzewPq8wqrGlMfyAud8+/IvJ0='],
    [
      'a name with several values',
      url,
      'MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx',
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
    ],
    [
      'values that repeat',
      url,
      'Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234',
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
    ],
    ['a JSON body by its hash', `${url}&bodySHA256=${bodyHash}`, json, 'a9nBmqA0ju/hNViExpshrM61xv4='],
  ])('%s', (_name, calledUrl, body, signature) => {
    expect(verifies(calledUrl, body, signature)).toBe(true);
    expect(verifies(calledUrl, body, signature, 'another')).toBe(false);
    expect(verifies(`${calledUrl}x`, body, signature)).toBe(false);
  });
});

describe('beside Twilio’s SDK', () => {
  const form = 'Body=a%20b%26c%3Dd&From=%2B1&%E4%BD%A0=%E5%A5%BD&Empty=';
  const params = { Body: 'a b&c=d', From: '+1', 你: '好', Empty: '' };

  test.each([
    'https://gate.example.com/webhooks/sms-twilio/0198f000-0000-7000-8000-000000000001',
    'https://gate.example.com:8443/webhooks/a?message_id=1',
    'http://127.0.0.1:8080/webhooks/a/b/status?message_id=0198f000-0000-7000-8000-000000000001',
    'http://[::1]:8080/a?x=y',
    'https://gate.example.com/a?empty=&again=1&again=2&plus=a+b&percent=%2F',
    'https://gate.example.com/?',
  ])('%s', (signedUrl) => {
    expect(verifies(signedUrl, form, getExpectedTwilioSignature(authToken, signedUrl, params))).toBe(true);
  });

  test('a JSON body whose hash is not the one signed', () => {
    const hashed = `${url}&bodySHA256=${getExpectedBodyHash(json)}`;
    const signature = getExpectedTwilioSignature(authToken, hashed, {});
    expect(verifies(hashed, json, signature)).toBe(true);
    expect(verifies(hashed, `${json} `, signature)).toBe(false);
  });
});

test('no header, one given twice, and an empty secret verify nothing', () => {
  const signature = getExpectedTwilioSignature('', url, {});
  expect(verifies(url, '', signature, '')).toBe(false);
  expect(verifies(url, call, ['RSOYDt4T1cUTdK1PDd93/VVr8B8='])).toBe(false);
  expect(isSigned({ ...inbound(url, call, ''), headers: {} }, authToken, readForm(Buffer.from(call)))).toBe(
    false,
  );
});

test('thousands of fields are read; more than any provider sends are not', () => {
  const fields = (count: number) => Buffer.from(Array.from({ length: count }, (_, n) => `f${n}=1`).join('&'));
  expect(readForm(fields(5_000))?.size).toBe(5_000);
  expect(readForm(fields(20_000))).toBeUndefined();
  expect(verifies(url, fields(20_000).toString(), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')).toBe(false);
});
