import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addAsk } from './ask-bot';
import { addEvaluate } from './evaluate-bot';
import { examples } from './global-options';

/**
 * Adds `omnigate bot` with ask and eval.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addBot(program: Command, terminal: Terminal): void {
  const bot = program
    .command('bot')
    .summary('try and measure the bot')
    .description('What the bot says, why, and how often it is right.')
    .addHelpText('after', examples('omnigate bot ask "发票怎么开" --explain'));
  addAsk(bot, terminal);
  addEvaluate(bot, terminal);
}
