import type { CandidateEvidence, Evidence } from '../domain/bot-result';

const toCandidate = ({ articleName, foundBy, ...scores }: CandidateEvidence) => ({
  article_name: articleName,
  ...(foundBy !== undefined && { found_by: foundBy }),
  ...scores,
});

/**
 * Evidence as other programs read it: names as in protobuf JSON.
 *
 * @param evidence of a turn.
 * @returns the value of a google.protobuf.Struct.
 */
export const toEvidence = (evidence: Evidence): Record<string, unknown> => ({
  ...evidence,
  questions: evidence.questions.map((question) => ({
    ...question,
    candidates: question.candidates.map(toCandidate),
  })),
});
