/** What some work took. */
export interface Cost {
  perSecond: number;
  /** CPU of the whole process, milliseconds. */
  cpuMsPerThousand: number;
}

/** Measures work from now on. */
export interface Meter {
  /** @param records how many were handled since the meter was started. */
  read(records: number): Cost;
}

/** Starts a meter. @returns it. */
export function startMeter(): Meter {
  const since = performance.now();
  const before = process.cpuUsage();
  return {
    read(records) {
      const seconds = (performance.now() - since) / 1_000;
      const { user, system } = process.cpuUsage(before);
      return { perSecond: records / seconds, cpuMsPerThousand: (user + system) / records };
    },
  };
}
