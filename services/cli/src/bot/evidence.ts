/** A candidate of a question; scores as the bot has them. */
export interface Candidate {
  article_name: string;
  /** The article whose phrasing was found, where that asks the same and gives way. */
  found_by?: string;
  retrieval: number;
  classifier: number;
  total: number;
  features?: { feature: string; score: number }[];
}

/** Why the bot did what it did, as AskResponse.evidence holds it. */
export interface Evidence {
  language: string;
  rules: string[];
  questions: { text: string; candidates: Candidate[]; decision: string }[];
  thresholds: { answer: number; clarify: number; lead: number };
  decision: string;
}

/**
 * Reads the evidence of an answer; what another version leaves out is empty.
 *
 * @param evidence AskResponse.evidence.
 */
export function readEvidence(evidence: Readonly<Record<string, unknown>> | undefined): Evidence {
  const given = (evidence ?? {}) as Partial<Evidence>;
  return {
    language: given.language ?? '',
    rules: given.rules ?? [],
    questions: given.questions ?? [],
    thresholds: given.thresholds ?? { answer: Number.NaN, clarify: Number.NaN, lead: Number.NaN },
    decision: given.decision ?? '',
  };
}
