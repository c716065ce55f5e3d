import type { GeneratorResult, Pace } from './open-loop';

/** One run of a load. */
export interface LoadRun extends Pace {
  /** Digits that begin what customers are called; others for each run, so that runs do not share customers. */
  prefix: string;
}

/** An answer that reached a customer. */
export interface Answer {
  to: string;
  /** Milliseconds since the epoch. */
  atMs: number;
}

/** Customers who write in one way and their provider, in processes of their own. */
export interface Load {
  /** Such as `sms`. */
  kind: string;
  /** The channel's name, of the first tenant. */
  channel: string;
  /** Different ones; each writes in turn. */
  customers: number;
  /** What the customer who writes message i is called in answers. */
  customerOf(run: LoadRun, index: number): string;
  /** Readies a run; not measured. */
  begin(run: LoadRun): Promise<void>;
  send(run: LoadRun): Promise<GeneratorResult>;
  /** What customers were answered since the last call. */
  answers(): Promise<Answer[]>;
  close(): void;
}

/** Loads at once, and which part of the messages is of each; the parts make 1. */
export type Mix = readonly { load: Load; share: number }[];
