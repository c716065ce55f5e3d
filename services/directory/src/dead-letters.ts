import type { Bus } from '@omnigate/bus';
import { AppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import type { Caller, DirectoryContext } from './directory-context';
import { insertAuditEntries } from './store/audit-entries';

const pageLength = 500;

/** Which dead letters to act on: all of the tenant, or those of a list. */
export interface DeadLetterChoice {
  ids: readonly string[];
  all: boolean;
}

/** Ids of the tenant's own dead letters among those chosen: an id of another tenant is as good as none. */
const chosenIds = async (bus: Bus, tenantId: string, choice: DeadLetterChoice): Promise<string[]> => {
  const wanted = new Set(choice.ids);
  const chosen: string[] = [];
  let before: string | undefined;
  while (choice.all || chosen.length < wanted.size) {
    const page = await bus.deadLetters.list({
      tenantId,
      limit: pageLength,
      ...(before !== undefined && { before }),
    });
    chosen.push(...page.map(({ id }) => id).filter((id) => choice.all || wanted.has(id)));
    before = page.at(-1)?.id;
    if (page.length < pageLength) break;
  }
  return chosen;
};

/**
 * Replays or drops dead letters of the caller's tenant, and writes it into the audit log.
 *
 * @param act what to do with them
 * @param choice which; either ids or all
 * @param by who acts
 * @returns how many it was
 * @throws AppError INVALID_ARGUMENT when neither ids nor all is given, or both
 */
export async function settleDeadLetters(
  act: 'replay' | 'drop',
  choice: DeadLetterChoice,
  by: { caller: Caller; context: DirectoryContext },
): Promise<number> {
  if (choice.all === choice.ids.length > 0)
    throw new AppError('INVALID_ARGUMENT', { reason: 'give either ids or all' });
  const { caller, context } = by;
  const ids = await chosenIds(context.bus, caller.tenantId, choice);
  if (ids.length === 0) return 0;
  await context.database.transaction({ tenants: [caller.tenantId] }, (tx) =>
    insertAuditEntries(
      tx,
      ids.map((id) => ({
        tenantId: caller.tenantId,
        id: newId(),
        actor: caller.name,
        action: act,
        object: `DeadLetter/${id}`,
      })),
    ),
  );
  return context.bus.deadLetters[act](ids);
}
