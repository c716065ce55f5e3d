import type { Consumer, Follower } from './port';

/** What a bus stops when it stops itself. */
export type Stoppable = Pick<Consumer | Follower, 'stop'>;

/**
 * Keeps a reader until it is stopped: whoever stops by itself is no longer the bus's to stop.
 * @param running the bus's own set
 */
export function keepRunning<Reader extends Stoppable>(running: Set<Stoppable>, reader: Reader): Reader {
  running.add(reader);
  const stop = async () => {
    running.delete(reader);
    await reader.stop();
  };
  return { ...reader, stop };
}
