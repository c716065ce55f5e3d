import type { Bus } from '@omnigate/bus';
import type { ConversationServiceService } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import type { Catalogue } from './catalogue';

/** What every part of the ticket service works with. What decides is the database's clock. */
export interface TicketContext {
  database: Database;
  bus: Bus;
  directory: DirectoryCache;
  catalogue: Catalogue;
  /** Whose ticket it is, where one is made for a conversation. */
  conversations: Client<ConversationServiceService>;
  logger: Logger;
}
