import type { Follower } from '../port';
import { type BusProcess, type BusUnderTest, recordOf, uniqueName, until } from './bus-under-test';

/** Followers read everything by themselves, and resume by a token. */
export function describeFollowing(under: () => BusUnderTest): void {
  describe('following', () => {
    let near: BusProcess;
    let far: BusProcess;
    let topic: string;
    beforeAll(async () => {
      [near, far] = [await under().open(), await under().open()];
    });
    afterAll(() => Promise.all([near.stop(), far.stop()]));
    beforeEach(async () => {
      topic = uniqueName('topic');
      await under().prepare(topic);
    });

    interface Following {
      follower: Follower;
      values: string[];
      tokens: string[];
    }
    function follow(process: BusProcess, from?: string, topics = [topic]): Following {
      const [values, tokens]: [string[], string[]] = [[], []];
      const follower = process.bus.follow({
        topics,
        ...(from === undefined ? {} : { from }),
        handle(records, token) {
          values.push(...records.map((record) => record.value.toString()));
          tokens.push(token);
        },
      });
      return { follower, values, tokens };
    }
    const append = (process: BusProcess, values: string[]) =>
      process.bus.appendAll(values.map((value) => recordOf(topic, 'key', value)));

    test('begins at the end, in every process', async () => {
      await append(near, ['before']);
      const both = [follow(near), follow(far)];
      await Promise.all(both.map(({ follower }) => follower.ready));
      await append(near, ['1', '2']);
      await append(far, ['3']);
      for (const { values } of both) await until(() => values.length >= 3);
      await Promise.all(both.map(({ follower }) => follower.stop()));
      await append(near, ['after']);
      for (const { values } of both) expect([...values].sort()).toEqual(['1', '2', '3']);
    });

    test('goes on from a token without a gap or a repeat, in another process too', async () => {
      const first = follow(near);
      const start = await first.follower.ready;
      const published: string[] = [];
      for (let i = 0; i < 50; i++) {
        const values = [`${i}a`, `${i}b`];
        published.push(...values);
        await append(near, values);
        if (i === 20) {
          await until(() => first.values.length > 0);
          await first.follower.stop();
        }
      }
      const second = follow(far, first.tokens.at(-1));
      const whole = follow(far, start);
      await until(() => first.values.length + second.values.length >= 100 && whole.values.length >= 100);
      await Promise.all([second.follower.stop(), whole.follower.stop()]);
      expect([...first.values, ...second.values]).toEqual(published);
      expect(whole.values).toEqual(published);
    });

    test('gives the same records again when they were not taken', async () => {
      const taken: string[] = [];
      let refused = 0;
      const follower = near.bus.follow({
        topics: [topic],
        handle(records) {
          if (refused++ < 2) throw new Error('not now');
          taken.push(...records.map((record) => record.value.toString()));
        },
      });
      await follower.ready;
      await append(near, ['1']);
      await append(near, ['2']);
      await until(() => taken.length >= 2);
      await follower.stop();
      expect(taken).toEqual(['1', '2']);
    });

    test('follows several topics with one token', async () => {
      const other = uniqueName('other');
      await under().prepare(other);
      const first = follow(near, undefined, [topic, other]);
      await first.follower.ready;
      await append(near, ['1']);
      await near.bus.append(recordOf(other, 'key', '2'));
      await until(() => first.values.length === 2);
      await first.follower.stop();
      await near.bus.append(recordOf(other, 'key', '3'));
      const second = follow(near, first.tokens.at(-1), [topic, other]);
      await until(() => second.values.length === 1);
      await second.follower.stop();
      expect(second.values).toEqual(['3']);
    });

    test('refuses what is no token of these topics', async () => {
      const first = follow(near);
      const token = await first.follower.ready;
      await first.follower.stop();
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const wrong = ['', 'x', encode([]), encode({}), encode({ [topic]: ['0'] }), encode(null)];
      for (const from of [...wrong, encode({ [topic]: ['9', '9', '9', '9'] })]) {
        const following = follow(near, from);
        await expect(following.follower.ready).rejects.toMatchObject({ code: 'RESUME_TOKEN_INVALID' });
        await following.follower.stop();
      }
      const other = uniqueName('elsewhere');
      await under().prepare(other);
      const elsewhere = follow(near, token, [other]);
      await expect(elsewhere.follower.ready).rejects.toMatchObject({ code: 'RESUME_TOKEN_INVALID' });
      await elsewhere.follower.stop();
    });
  });
}
