import type { BusUnderTest } from './bus-under-test';
import { describeDeadLetters } from './dead-letters';
import { describeFailures } from './failures';
import { describeFollowing } from './following';
import { describeMembers } from './members';
import { describePublishing } from './publishing';

export { type BusProcess, type BusUnderTest, effectsSchema } from './bus-under-test';

/**
 * The contract of every bus driver.
 * @param create makes an empty log and a database with `effectsSchema`; called once
 */
export function describeBusContract(create: () => Promise<BusUnderTest>): void {
  let under: BusUnderTest;
  beforeAll(async () => {
    under = await create();
  });
  afterAll(() => under.close());
  const get = () => under;

  describePublishing(get);
  describeFailures(get);
  describeDeadLetters(get);
  describeMembers(get);
  describeFollowing(get);
}
