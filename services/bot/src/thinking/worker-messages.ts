import type { BotResult } from '../domain/bot-result';
import type { BotSettings } from '../domain/bot-settings';
import type { TurnInput } from '../domain/turn-input';

/** A tenant's knowledge and settings for a worker. */
export interface TenantLoad {
  tenantId: string;
  /** Names this load; a later one of the same tenant wins. */
  load: number;
  /** Hash of the articles without their ids and of what else shapes the book; equal knowledge has one book. */
  bookKey: string;
  /** BookArticle[] as JSON. Left out where the worker holds that book already. */
  articles?: string;
  settings: Partial<BotSettings>;
  /** Ids of the articles by name. */
  ids: ReadonlyMap<string, string>;
}

/** One turn to think about. */
export interface Ask {
  ask: number;
  tenantId: string;
  input: TurnInput;
}

/** What the main thread tells a worker. */
export type ToWorker =
  | { kind: 'load'; load: TenantLoad }
  | { kind: 'unload'; tenantId: string }
  | { kind: 'asks'; asks: Ask[] };

/** The outcome of an ask: a result, or why there is none. */
export type Answer = { ask: number; result: BotResult } | { ask: number; error: string };

/** What a worker tells the main thread. */
export type FromWorker =
  | { kind: 'loaded'; load: number; error?: string }
  | { kind: 'answers'; answers: Answer[] };
