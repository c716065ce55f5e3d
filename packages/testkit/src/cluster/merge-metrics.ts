/** Samples of a metric with what is said about it. */
interface Family {
  about: string[];
  samples: string[];
}

const aboutLine = /^# (?:HELP|TYPE) (\S+)/;
const sampleLine = /^([^\s{]+)(?:\{(.*)\})? (\S+(?: \S+)?)$/;

/**
 * Puts the metrics of several processes into one text, with a label that says whose each sample is.
 *
 * @param texts by process, each in version 0.0.4 of Prometheus' exposition format.
 * @returns a text of the same format.
 */
export function mergeMetrics(texts: ReadonlyMap<string, string>): string {
  const families = new Map<string, Family>();
  for (const [process, text] of texts) addText(families, process, text);
  return [...families.values()]
    .map(({ about, samples }) => `${[...about, ...samples].join('\n')}\n`)
    .join('');
}

function addText(families: Map<string, Family>, process: string, text: string): void {
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    const name = aboutLine.exec(line)?.[1];
    if (name !== undefined) {
      const known = families.get(name);
      family = known ?? { about: [], samples: [] };
      families.set(name, family);
      // Of each process come the same two lines.
      if (!family.about.includes(line)) family.about.push(line);
      continue;
    }
    const [, sample, labels, value] = sampleLine.exec(line) ?? [];
    if (!sample || !family) continue;
    const all = [`process="${process}"`, ...(labels ? [labels] : [])].join();
    family.samples.push(`${sample}{${all}} ${value}`);
  }
}
