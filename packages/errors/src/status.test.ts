import { AppError } from './app-error';
import { fromErrorStatus, toErrorStatus } from './status';

describe('toErrorStatus', () => {
  it('never tells a cause, nor anything of an internal error', () => {
    const error = new AppError('INTERNAL', { where: 'secret' }, { cause: new Error('secret') });
    for (const thrown of [error, new Error('secret'), 'secret']) {
      expect(JSON.stringify(toErrorStatus(thrown))).not.toContain('secret');
    }
    const withCause = new AppError('NOT_FOUND', { resource: 'x' }, { cause: new Error('secret') });
    expect(JSON.stringify(toErrorStatus(withCause))).not.toContain('secret');
  });
});

describe('fromErrorStatus', () => {
  it('keeps the reason of a newer server under the code of its status', () => {
    const error = fromErrorStatus({
      grpcCode: 9,
      message: 'm',
      reason: 'NEW_IN_V9',
      metadata: { a: 'b' },
      fields: [],
    });
    expect(error).toMatchObject({ code: 'FAILED_PRECONDITION', metadata: { reason: 'NEW_IN_V9', a: 'b' } });
  });

  it('takes a status without details, and one that does not exist', () => {
    const bare = { message: 'No connection established', metadata: {}, fields: [] };
    expect(fromErrorStatus({ grpcCode: 14, ...bare }).message).toContain('No connection established');
    expect(fromErrorStatus({ grpcCode: 99, ...bare }).code).toBe('INTERNAL');
  });

  it('does not take names of the language for codes', () => {
    expect(
      fromErrorStatus({ grpcCode: 5, message: '', reason: 'toString', metadata: {}, fields: [] }).code,
    ).toBe('NOT_FOUND');
  });
});
