import { AppError, isAppError, toAppError } from './app-error';

describe('AppError', () => {
  it('writes its message from the table, with the values that are there', () => {
    expect(new AppError('NOT_FOUND', { resource: 'channel/shop-sms' }).message).toBe(
      'Not found: channel/shop-sms.',
    );
    expect(new AppError('NOT_FOUND').message).toBe('Not found.');
  });

  it('names the fields that are wrong', () => {
    const fields = [
      { field: 'spec.from', description: 'is required' },
      { field: 'spec.x', description: 'is unknown' },
    ];
    expect(new AppError('INVALID_ARGUMENT', {}, { fields }).message).toBe(
      'The request is not valid. spec.from: is required; spec.x: is unknown',
    );
  });

  it('keeps its cause, and says whether to try again', () => {
    const cause = new Error('x');
    const error = new AppError('BUS_UNAVAILABLE', {}, { cause });
    expect([error.cause, error.retryable, new AppError('NOT_FOUND').retryable]).toEqual([cause, true, false]);
    expect('cause' in new AppError('NOT_FOUND')).toBe(false);
  });
});

describe('isAppError', () => {
  it('knows errors of a second copy of this package', () => {
    jest.resetModules();
    const copy = jest.requireActual<{ AppError: typeof AppError }>('./app-error');
    const error = new copy.AppError('NOT_FOUND');
    expect(error instanceof AppError).toBe(false);
    expect([isAppError(error), isAppError(error, 'NOT_FOUND'), isAppError(error, 'INTERNAL')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([[null], [undefined], ['NOT_FOUND'], [new Error('x')], [{ code: 'NOT_FOUND' }]])(
    'is false of %p',
    (thrown) => {
      expect(isAppError(thrown)).toBe(false);
    },
  );
});

describe('toAppError', () => {
  it('leaves an AppError as it is', () => {
    const error = new AppError('NOT_FOUND');
    expect(toAppError(error)).toBe(error);
  });

  it('tells aborts and time-outs from faults, and keeps the cause', async () => {
    expect(toAppError(AbortSignal.abort().reason).code).toBe('CANCELLED');
    expect(toAppError(new DOMException('late', 'TimeoutError')).code).toBe('DEADLINE_EXCEEDED');
    const cause = new Error('secret');
    expect(toAppError(cause)).toMatchObject({ code: 'INTERNAL', cause });
    expect(toAppError(cause).message).not.toContain('secret');
    expect(toAppError('thrown text').code).toBe('INTERNAL');
  });
});
