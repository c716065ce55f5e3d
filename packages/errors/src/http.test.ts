import { AppError } from './app-error';
import { toHttpError } from './http';

describe('toHttpError', () => {
  it('has the status, code and fields', () => {
    const fields = [{ field: 'name', description: 'is required' }];
    expect(toHttpError(new AppError('INVALID_ARGUMENT', {}, { fields }))).toMatchObject({
      status: 400,
      headers: {},
      body: { code: 'INVALID_ARGUMENT', fields },
    });
  });

  it('asks to come back where that helps, in whole seconds', () => {
    expect(toHttpError(new AppError('OVERLOADED', {}, { retryAfterMs: 1_200 })).headers).toEqual({
      'retry-after': '2',
    });
    expect(toHttpError(new AppError('BUS_UNAVAILABLE')).headers).toEqual({ 'retry-after': '1' });
    expect(toHttpError(new AppError('NOT_FOUND')).headers).toEqual({});
  });

  it.each([
    [400, 400, 'PAYLOAD_MALFORMED'],
    [404, 404, 'NOT_FOUND'],
    [413, 413, 'PAYLOAD_TOO_LARGE'],
    [415, 400, 'PAYLOAD_MALFORMED'],
    [500, 500, 'INTERNAL'],
  ])('reads statusCode %d of an HTTP server’s error as %d %s', (statusCode, status, code) => {
    const error = Object.assign(new Error('body: hunter2'), { statusCode });
    expect(toHttpError(error)).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(toHttpError(error))).not.toContain('hunter2');
  });
});
