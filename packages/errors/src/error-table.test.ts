import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './app-error';
import { type ErrorCode, errorTable, isErrorCode } from './error-table';
import { grpcStatusNumber } from './grpc-status';
import { fromErrorStatus, toErrorStatus } from './status';

const codes = Object.keys(errorTable) as ErrorCode[];
const documented = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'errors.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, code, grpc, http, again, advice] =
      /^\| `(\w+)` \| (\w+) \| (\d+) \| (yes|no) \| (.+) \|$/.exec(line) ?? [];
    return code ? [{ code, grpc, http: Number(http), retryable: again === 'yes', advice }] : [];
  });

describe('errorTable', () => {
  it('is what docs/errors.md lists, each code once', () => {
    expect(documented.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
  });

  it.each(codes)('%s is documented as it is, with what to do', (code) => {
    const { grpc, http, retryable } = errorTable[code];
    const [row] = documented.filter((each) => each.code === code);
    expect(row).toEqual({ code, grpc, http, retryable, advice: expect.stringMatching(/[.?]$/) });
  });

  it.each(codes)('%s is UPPER_SNAKE_CASE with a status of each kind and a message', (code) => {
    const { grpc, http, message } = errorTable[code];
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(grpcStatusNumber[grpc]).toBeGreaterThan(0);
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
    expect(message).toMatch(/^[A-Z].*[.?]$/);
  });

  it.each(codes)('%s goes through gRPC and comes back', (code) => {
    const sent = new AppError(
      code,
      { reason: 'r' },
      { fields: [{ field: 'f', description: 'd' }], retryAfterMs: 5 },
    );
    const back = fromErrorStatus(toErrorStatus(sent));
    const { metadata, fields } = code === 'INTERNAL' ? { metadata: {}, fields: [] } : sent;
    expect(back).toMatchObject({ code, metadata, fields, retryAfterMs: 5 });
    expect(toErrorStatus(sent).grpcCode).toBe(grpcStatusNumber[errorTable[code].grpc]);
  });

  it('has a code of its own for every gRPC status that a server may answer with', () => {
    for (const [name, grpcCode] of Object.entries(grpcStatusNumber)) {
      if (name === 'OK') continue;
      const { code } = fromErrorStatus({ grpcCode, message: 'm', metadata: {}, fields: [] });
      const own = isErrorCode(name) ? name : name === 'OUT_OF_RANGE' ? 'INVALID_ARGUMENT' : 'INTERNAL';
      expect([name, code]).toEqual([name, own]);
    }
  });
});
