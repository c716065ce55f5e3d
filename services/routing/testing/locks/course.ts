import { busSchema } from '@omnigate/bus';
import { type RaceCourse, reportingDatabase } from '@omnigate/testkit';
import { routingSchema } from '../../src/schema';
import { createTestDirectory } from '../directory';
import { openProcess } from '../process';
import type { RoutingRaces } from './operations';
import { makeScene, obstacles } from './scene';

/** Makes the course on which routing's operations race. */
export function createCourse(): RaceCourse<RoutingRaces> {
  const directory = createTestDirectory();
  return {
    schemas: [busSchema, routingSchema],
    async open(url, name, reporter) {
      const wrap = (database: Parameters<typeof reportingDatabase>[0]) =>
        reportingDatabase(database, reporter);
      const process = await openProcess({ url, directory: directory.cache, name, wrap });
      return { process, close: () => process.close() };
    },
    makeScene: ({ database }, kind) => makeScene(database, directory, kind),
    obstacles,
    refusals: ['CONVERSATION_RESOLVED', 'OFFER_GONE', 'RECIPIENT_OPTED_OUT', 'NOT_FOUND'],
  };
}
