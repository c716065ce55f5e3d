import { TicketEventKind, TicketState } from '@omnigate/contracts';
import { workerName } from '../domain/worker';
import { addChange } from './changes';
import { ask } from './dispatch';
import type { Held } from './held';
import { tellWorker } from './tell';

/**
 * Escalates a late ticket, once: who the type names gets it, or is told where another worker is at it.
 *
 * @param held the ticket, late and unfinished
 */
export async function escalate(held: Held): Promise<void> {
  const { ticket, spec, book, changes, now } = held;
  const found = spec.escalate_to === undefined ? undefined : book.workers.get(spec.escalate_to);
  const chief = found?.active ? found : undefined;
  const has = ticket.worker === chief?.name || ticket.state === TicketState.TICKET_STATE_ACCEPTED;
  ticket.escalatedAt = now;
  const language = chief?.language ?? ticket.language;
  const who = workerName(book.workers.get(ticket.worker), ticket.worker, language);
  const late = has ? await tellWorker(held, chief, { text: 'workerLate', values: { who } }) : undefined;
  const kind = TicketEventKind.TICKET_EVENT_KIND_ESCALATED;
  const note = chief?.name ?? '';
  addChange(changes, ticket, { kind, actor: 'system', note, now, notices: [late] });
  if (chief && !has) await ask(held, chief);
}
