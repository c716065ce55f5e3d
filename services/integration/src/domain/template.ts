const placeholder = /\{([a-z][a-z0-9_.]*)\}/g;

/**
 * Names what a template needs.
 *
 * @param template a text with `{name}`s.
 * @returns the names, each once.
 */
export const namesIn = (template: string): string[] => [
  ...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? '')),
];

/**
 * Puts values into a template. Values are never read as templates.
 *
 * @param template a text with `{name}`s.
 * @param value the value of a name.
 * @returns the text.
 */
export const fill = (template: string, value: (name: string) => string): string =>
  template.replace(placeholder, (_, name: string) => value(name));
