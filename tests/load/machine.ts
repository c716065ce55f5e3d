import { cpus, totalmem } from 'node:os';

/** Where something was measured, and when. */
export interface Setting {
  /** ISO 8601. */
  date: string;
  machine: { cpus: number; model: string; memoryGb: number; node: string };
}

/** @returns this machine, now */
export function settingNow(): Setting {
  return {
    date: new Date().toISOString(),
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? '',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
  };
}

/**
 * Says it to people.
 *
 * @param setting where and when.
 * @returns the beginning of a sentence, such as "Measured 2026-11-26 on 2 cores (…), 24 GB, Node v24.21.0".
 */
export const measuredOn = ({ date, machine }: Setting): string =>
  `Measured ${date.slice(0, 10)} on ${machine.cpus} cores (${machine.model}), ${machine.memoryGb} GB, Node ${machine.node}`;
