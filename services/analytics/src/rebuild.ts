import type { Database, Transaction } from '@omnigate/database';
import { conversationFigures } from './domain/conversation-fact';
import { addFigure, type Figure, type Figures } from './domain/figure';
import { slotStart } from './domain/slot';
import { ticketFigures } from './domain/ticket-fact';
import { readConversationFacts } from './store/conversation-facts';
import { addFigures, deleteFigures, lockFigures } from './store/figures';
import { readTicketFacts } from './store/ticket-facts';

const factsAtOnce = 2_000;
const figuresAtOnce = 5_000;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** How a page of facts is read. */
type ReadPage<Fact> = (
  tx: Transaction,
  page: { tenantId: string; after: string; limit: number },
) => Promise<Fact[]>;

/**
 * Makes a tenant's figures anew from what is known of its conversations and tickets. Nothing is counted of anybody
 * meanwhile; what comes in waits on the bus.
 *
 * @param database analytics'.
 * @param tenantId the tenant.
 * @returns how many conversations and tickets were counted.
 */
export async function rebuildFigures(
  database: Database,
  tenantId: string,
): Promise<{ conversations: number; tickets: number }> {
  return database.transaction({ tenants: [tenantId] }, async (tx) => {
    await lockFigures(tx);
    const figures: Figures = new Map();
    const conversations = await sumUp(tx, figures, tenantId, readConversationFacts, conversationFigures);
    const tickets = await sumUp(tx, figures, tenantId, readTicketFacts, ticketFigures);
    await deleteFigures(tx, tenantId);
    const all = [...figures.values()].map((figure) => ({ ...figure, countedTo: slotStart(figure.slot) }));
    for (let from = 0; from < all.length; from += figuresAtOnce) {
      await addFigures(tx, all.slice(from, from + figuresAtOnce));
    }
    return { conversations, tickets };
  });
}

async function sumUp<Fact extends { id: string }>(
  tx: Transaction,
  figures: Figures,
  tenantId: string,
  read: ReadPage<Fact>,
  figuresOf: (fact: Fact) => Figure[],
): Promise<number> {
  let count = 0;
  for (let after = beforeAll; ; ) {
    const facts = await read(tx, { tenantId, after, limit: factsAtOnce });
    for (const figure of facts.flatMap(figuresOf)) addFigure(figures, figure);
    count += facts.length;
    const last = facts.at(-1);
    if (!last || facts.length < factsAtOnce) return count;
    after = last.id;
  }
}
