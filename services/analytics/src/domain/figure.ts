/** What is counted; docs/measures.md defines each. */
export type Measure =
  | 'conversation'
  | 'inbound'
  | 'outbound'
  | 'first_response'
  | 'agent_response'
  | 'resolution'
  | 'outcome'
  | 'handoff'
  | 'rating'
  | 'ticket_created'
  | 'ticket_completed'
  | 'ticket_escalated'
  | 'ticket_rating';

/** A count of one thing in one bucket of time. */
export interface Figure {
  tenantId: string;
  /** Number of the 15-minute bucket. */
  slot: number;
  /** The channel's name; empty where there is none. */
  channel: string;
  measure: Measure;
  /** What the measure is divided by: a reason, a score, a duration; empty for none. */
  label: string;
  count: number;
}

/** Counts of many things, each once. */
export type Figures = Map<string, Figure>;

/**
 * Adds to a count.
 *
 * @param figures where to; a count that comes to nothing is removed.
 * @param figure what and how much, which may be below zero.
 */
export function addFigure(figures: Figures, figure: Figure): void {
  const key = `${figure.tenantId} ${figure.slot} ${figure.measure} ${figure.channel} ${figure.label}`;
  const count = (figures.get(key)?.count ?? 0) + figure.count;
  if (count === 0) figures.delete(key);
  else figures.set(key, { ...figure, count });
}

/**
 * Adds what a thing counts for now, and takes away what it counted for before.
 *
 * @param figures where to.
 * @param before what was counted of it.
 * @param after what is to be counted.
 */
export function addDifference(figures: Figures, before: readonly Figure[], after: readonly Figure[]): void {
  for (const figure of before) addFigure(figures, { ...figure, count: -figure.count });
  for (const figure of after) addFigure(figures, figure);
}
