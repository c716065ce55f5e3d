import { type AskResponse, BotServiceService, PartyRole } from '@omnigate/contracts';
import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import { answerLines } from '../bot/answer-text';
import { readEvidence } from '../bot/evidence';
import { explanationOf } from '../bot/explanation';
import type { Server } from '../connection';
import { printable } from '../output/printable';
import { type Format, formats, type JsonRow, writeRows } from '../output/write-rows';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';
import { wholeNumber } from './number-option';

interface AskOptions {
  explain: boolean;
  locale: string;
  maxCharacters: number;
  output: Format;
}

async function ask(
  text: string,
  options: AskOptions,
  on: { server: Server; terminal: Terminal },
): Promise<void> {
  const response = await on.server.client(BotServiceService).ask({
    utterances: [{ role: PartyRole.PARTY_ROLE_CUSTOMER, text }],
    maxCharacters: options.maxCharacters,
    locale: options.locale,
    explain: options.explain,
  });
  if (options.output === 'table') writeAnswer(response, options, on.terminal);
  else {
    const rows = [toProtobufJson('omnigate.bot.v1.AskResponse', response) as JsonRow];
    await writeRows(on.terminal, options.output, { rows, columns: [], title: 'answers' });
  }
}

function writeAnswer(response: AskResponse, options: AskOptions, terminal: Terminal): void {
  const lines = response.actions.flatMap(answerLines);
  if (options.explain) lines.push('', ...explanationOf(readEvidence(response.evidence)));
  for (const line of lines) printLine(terminal, printable(line));
}

/**
 * Adds `omnigate bot ask`.
 *
 * @param bot the command `bot`.
 * @param terminal where it is called.
 */
export function addAsk(bot: Command, terminal: Terminal): void {
  bot
    .command('ask')
    .summary('ask what a customer would')
    .description(
      'Asks the bot one question and shows what a customer would see; nothing is sent or recorded.',
    )
    .argument('<text>', 'the question')
    .option('--explain', 'show why: candidates, scores, thresholds, rules', false)
    .option('--locale <tag>', 'language where the text does not tell it, such as zh-CN or en', '')
    .option('--max-characters <n>', 'the longest answer that the channel takes', wholeNumber, 0)
    .addOption(new Option('-o, --output <format>', 'how').choices(formats).default('table'))
    .addHelpText(
      'after',
      examples('omnigate bot ask "物业费怎么交"', 'omnigate bot ask "when will my order ship?" --explain'),
    )
    .action((text: string, options: AskOptions, command: Command) =>
      onServer(command, terminal, (server) => ask(text, options, { server, terminal })),
    );
}
