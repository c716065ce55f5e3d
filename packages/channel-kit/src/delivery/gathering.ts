import { type Pace, pace as processPace } from '@omnigate/runtime';

/** Lets a loop wait a little for company before each of its turns. */
export interface Gathering {
  /** Waits until the last turn began long enough ago, or there is enough to do; a turn begins when it resolves. */
  wait(): Promise<void>;
  /** There is more to do. */
  look(): void;
}

/**
 * Makes it. The first turn waits for nothing.
 * @param o.ms turns begin no closer than this, and up to three times as far apart while the process is busy
 * @param o.enough says that waiting longer helps nobody
 * @param o.pace says how much further; default: the process's
 */
export function createGathering(o: { ms: number; enough(): boolean; pace?: Pace }): Gathering {
  const { pace = processPace } = o;
  let beganMs = 0;
  let wake: (() => void) | undefined;
  return {
    async wait() {
      const waitMs = beganMs + pace.lingerMs(o.ms) - Date.now();
      if (waitMs > 0 && !o.enough()) {
        await new Promise<void>((resolve) => {
          const timeout = setTimeout(resolve, waitMs);
          wake = () => {
            clearTimeout(timeout);
            resolve();
          };
        });
      }
      wake = undefined;
      beganMs = Date.now();
    },
    look() {
      if (o.enough()) wake?.();
    },
  };
}
