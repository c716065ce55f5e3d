import type { Database } from '@omnigate/database';
import type { Knowledge } from './knowledge';
import type { OwnData } from './own-data';
import type { TurnRecord } from './store/records';
import type { Thinker } from './thinking';

/** What every part of the bot works with. */
export interface BotContext {
  database: Database;
  knowledge: Knowledge;
  thinker: Thinker;
  ownData: OwnData;
  /** Keeps what a turn leaves behind, soon and together with others'. */
  record(record: TurnRecord): void;
  clock: () => Date;
}
