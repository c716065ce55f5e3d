import { Writable } from 'node:stream';
import { createLogger } from './logger';

function capture(level = 'info') {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: 'routing', level, destination });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('createLogger', () => {
  it('writes one JSON line with the service, a level by name and the fields', () => {
    const { logger, last } = capture();
    logger.info({ conversation_id: 'c', count: 2, position: 7n }, 'opened');
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'routing',
      conversation_id: 'c',
      count: 2,
      position: '7',
      message: 'opened',
    });
  });

  it('is silent below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info({ a: 1 }, 'x');
    expect(lines).toEqual([]);
  });

  it.each([
    'text',
    'body',
    'raw_body',
    'content',
    'address',
    'phone',
    'email',
    'authorization',
    'auth_token',
    'accessToken',
    'app_secret',
    'Password',
    'api_key',
    'cookie',
  ])('never shows %s, at any depth, nor of a child', (key) => {
    const { logger, lines } = capture();
    logger.info({ [key]: 'hunter2', outer: { list: [{ [key]: { inner: 'hunter2' } }] } }, 'x');
    logger
      .child({ [key]: 'hunter2' })
      .child({ more: { [key]: 'hunter2' } })
      .info('x');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('hunter2');
    expect(lines.join()).toContain('[redacted]');
  });

  it('shows what an error is and where, never what it quotes', () => {
    const { logger, last, lines } = capture();
    const parse = () => JSON.parse('"hello my name is hunter2');
    let thrown: unknown;
    try {
      parse();
    } catch (error) {
      thrown = error;
    }
    const database = Object.assign(new Error('duplicate key for 13800138000'), {
      code: '23505',
      constraint: 'contact_pkey',
      detail: 'Key (address)=(hunter2) already exists.',
      where: 'hunter2',
    });
    logger.error({ err: new Error('outer', { cause: thrown }), nested: { failure: database } }, 'failed');
    expect(lines.join()).not.toMatch(/hunter2|13800138000/);
    expect(last()).toMatchObject({
      message: 'failed',
      err: {
        type: 'Error',
        reason: 'outer',
        cause: { type: 'SyntaxError' },
        stack: expect.arrayContaining([]),
      },
      nested: { failure: { type: 'Error', code: '23505', constraint: 'contact_pkey' } },
    });
  });

  it('does not take a bare error’s text for the message', () => {
    const { logger, last } = capture();
    logger.error(new Error("bad 'hunter2'"));
    expect(last()).toMatchObject({ message: 'failed', err: { type: 'Error' } });
    expect(JSON.stringify(last())).not.toContain('hunter2');
  });

  it('leaves out bytes, and what is too deep or goes round', () => {
    const { logger, last } = capture();
    const round: Record<string, unknown> = { bytes: Buffer.from('hunter2') };
    round.self = round;
    logger.info({ round }, 'x');
    expect(last().round.bytes).toBe('[7 bytes]');
    expect(JSON.stringify(last())).toContain('[deeper]');
  });
});
