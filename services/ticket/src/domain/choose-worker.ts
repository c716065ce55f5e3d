import type { DispatchRule, TicketTypeSpec } from '@omnigate/ticket-form';
import type { Worker } from './worker';

/** What choosing looks at. */
export interface Choice {
  /** Name and spec of the type. */
  type: string;
  spec: Pick<TicketTypeSpec, 'dispatch'>;
  /** Empty where the form has none. */
  building: string;
  workers: ReadonlyMap<string, Worker>;
  /** Unfinished tickets of each worker who has some. */
  unfinished: ReadonlyMap<string, number>;
  refusedBy: readonly string[];
}

const takes = (worker: Worker, type: string, building: string): boolean =>
  (worker.types?.includes(type) ?? true) && (worker.buildings?.includes(building) ?? true);

const groupOf = (rule: DispatchRule, { type, building, workers }: Choice): Worker[] => {
  if (rule.worker !== undefined) return [workers.get(rule.worker)].filter((worker) => worker !== undefined);
  return [...workers.values()].filter(
    (worker) =>
      (rule.skill === undefined || worker.skills.includes(rule.skill)) && takes(worker, type, building),
  );
};

/**
 * Chooses who is asked next: by the first rule that fits and has somebody left, in it the one with the fewest unfinished
 * tickets, among equals by name. Without any rule everybody who takes the type and building counts.
 *
 * @param choice the ticket and who there is
 * @returns undefined when nobody is left
 */
export function chooseWorker(choice: Choice): Worker | undefined {
  const { spec, building, refusedBy, unfinished } = choice;
  const rules: readonly DispatchRule[] = spec.dispatch.length > 0 ? spec.dispatch : [{}];
  const load = ({ name }: Worker): number => unfinished.get(name) ?? 0;
  for (const rule of rules) {
    if (!(rule.buildings?.includes(building) ?? true)) continue;
    const free = groupOf(rule, choice).filter(({ active, name }) => active && !refusedBy.includes(name));
    const [first] = free.sort((a, b) => load(a) - load(b) || (a.name < b.name ? -1 : 1));
    if (first) return first;
  }
  return undefined;
}
