import { setTimeout as pause } from 'node:timers/promises';
import { type AskResponse, BotServiceService, PartyRole } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { type Command, Option } from 'commander';
import { type Grade, gradeOf, summarise } from '../bot/grades';
import { type LabelledQuestion, readQuestions } from '../bot/labelled-questions';
import { CommandError } from '../command-error';
import type { Server } from '../connection';
import { readSource } from '../documents/source-text';
import { layTable } from '../output/table';
import { type Format, formats, writeRows } from '../output/write-rows';
import { printLine, type Terminal, tell } from '../terminal';
import { examples, onServer } from './global-options';
import { wholeNumber } from './number-option';

interface EvaluateOptions {
  locale: string;
  mistakes: number;
  output: Format;
}

/** Questions asked at once; the bot thinks in one thread. */
const atOnce = 4;
const progressEvery = 500;
const busyPauseMs = 200;

async function askUntilFree(server: Server, text: string, locale: string): Promise<AskResponse> {
  const utterances = [{ role: PartyRole.PARTY_ROLE_CUSTOMER, text }];
  for (;;) {
    try {
      return await server.client(BotServiceService).ask({ utterances, locale, explain: true });
    } catch (error) {
      if (!isAppError(error, 'BOT_BUSY')) throw error;
      await pause(busyPauseMs);
    }
  }
}

async function gradeAll(
  questions: readonly LabelledQuestion[],
  options: EvaluateOptions,
  on: { server: Server; terminal: Terminal },
): Promise<Grade[]> {
  const grades: Grade[] = [];
  const waiting = questions.entries();
  const worker = async (): Promise<void> => {
    for (const [index, question] of waiting) {
      grades[index] = gradeOf(question, await askUntilFree(on.server, question.text, options.locale));
      if ((index + 1) % progressEvery === 0)
        tell(on.terminal, `${index + 1} of ${questions.length} questions`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return grades;
}

const percent = (share: number | null): string => (share === null ? '-' : `${(share * 100).toFixed(1)} %`);

function writeFigures(grades: readonly Grade[], options: EvaluateOptions, terminal: Terminal): void {
  const summary = summarise(grades);
  const figures: [string, string][] = [
    ['questions', `${summary.questions}, of which an article answers ${summary.in_scope}`],
    ['top 1', percent(summary.top1)],
    ['top 3', percent(summary.top3)],
    [
      'answered',
      `${summary.answered}, right ${summary.answered_right}: ${percent(summary.answered_precision)}`,
    ],
    ['asked back', `${summary.asked_back}, a right option in ${summary.asked_back_right}`],
    ['to a person', `${summary.handed_over}, where no article answers ${summary.handed_over_right}`],
    ['no article, not answered', percent(summary.out_of_scope_not_answered)],
  ];
  const width = Math.max(...figures.map(([name]) => name.length));
  for (const [name, figure] of figures) printLine(terminal, `${name.padEnd(width)}  ${figure}`);
  const wrong = grades.filter(({ right }) => !right).slice(0, options.mistakes);
  if (wrong.length === 0) return;
  const columns = [
    { title: 'OUTCOME', cell: ({ outcome }: Grade) => outcome },
    { title: 'EXPECTED', cell: ({ labels }: Grade) => labels.join(', ') || 'a person' },
    {
      title: 'CANDIDATES',
      cell: ({ candidates, rules }: Grade) => [...rules, ...candidates.slice(0, 3)].join(', '),
    },
    { title: 'QUESTION', cell: ({ text }: Grade) => text },
  ];
  for (const line of ['', ...layTable(columns, wrong)]) printLine(terminal, line);
}

async function evaluate(
  file: string,
  options: EvaluateOptions,
  on: { command: Command; terminal: Terminal },
) {
  const questions = readQuestions(readSource(file, on.terminal));
  if (questions.length === 0) throw new CommandError(`${file}: holds no questions`);
  await onServer(on.command, on.terminal, async (server) => {
    const grades = await gradeAll(questions, options, { server, terminal: on.terminal });
    if (options.output === 'table') return writeFigures(grades, options, on.terminal);
    const mistakes = grades.filter(({ right }) => !right).slice(0, options.mistakes);
    const rows = [{ ...summarise(grades), mistakes }];
    return writeRows(on.terminal, options.output, { rows, columns: [], title: 'figures' });
  });
}

/**
 * Adds `omnigate bot eval`.
 *
 * @param bot the command `bot`.
 * @param terminal where it is called.
 */
export function addEvaluate(bot: Command, terminal: Terminal): void {
  bot
    .command('eval')
    .summary('grade the bot by questions with known answers')
    .description(
      'Asks the bot every question of a file and says how often it was right. CSV or a JSON array with the columns text and ' +
        'labels (names of articles, several with | between them; OOS or nothing where a person must answer).',
    )
    .argument('<file>', 'a .csv or .json file')
    .option('--locale <tag>', 'language where a text does not tell it', '')
    .option('--mistakes <n>', 'show at most so many mistakes', wholeNumber, 20)
    .addOption(new Option('-o, --output <format>', 'how').choices(formats).default('table'))
    .addHelpText(
      'after',
      examples('omnigate bot eval questions.csv', 'omnigate bot eval questions.json -o json'),
    )
    .action((file: string, options: EvaluateOptions, command: Command) =>
      evaluate(file, options, { command, terminal }),
    );
}
