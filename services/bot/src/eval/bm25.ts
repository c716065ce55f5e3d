const K1 = 1.2;
const B = 0.75;

/** BM25 over words (ICU's dictionary for Chinese), the plain baseline that the engine is measured against. */
export interface Bm25 {
  /** The score of each document for a question, in the order given. */
  scores(question: string): number[];
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** The words of a text, lower case, without marks. */
export function plainWords(text: string): string[] {
  return [...segmenter.segment(text.toLowerCase())]
    .filter((part) => part.isWordLike)
    .map((part) => part.segment);
}

/**
 * @param documents texts; the n-th keeps the number n
 */
export function createBm25(
  documents: readonly string[],
  wordsOf: (text: string) => string[] = plainWords,
): Bm25 {
  const bags = documents.map((text) => {
    const bag = new Map<string, number>();
    for (const word of wordsOf(text)) bag.set(word, (bag.get(word) ?? 0) + 1);
    return bag;
  });
  const lengths = bags.map((bag) => [...bag.values()].reduce((sum, count) => sum + count, 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / (bags.length || 1);
  const frequencies = new Map<string, number>();
  for (const bag of bags)
    for (const word of bag.keys()) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  const idf = (word: string): number => {
    const frequency = frequencies.get(word) ?? 0;
    return Math.log(1 + (bags.length - frequency + 0.5) / (frequency + 0.5));
  };
  return {
    scores(question) {
      const words = wordsOf(question);
      return bags.map((bag, i) =>
        words.reduce((sum, word) => {
          const count = bag.get(word) ?? 0;
          return (
            sum + (idf(word) * count * (K1 + 1)) / (count + K1 * (1 - B + (B * (lengths[i] ?? 0)) / average))
          );
        }, 0),
      );
    },
  };
}
