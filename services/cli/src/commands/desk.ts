import { DirectoryServiceService, PresenceState, RoutingServiceService } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { type Command, Option } from 'commander';
import { CommandError, usageError } from '../command-error';
import type { Server } from '../connection';
import { perform, promptOf } from '../desk/desk-actions';
import { type DeskContext, deskClients } from '../desk/desk-context';
import { watchDesk } from '../desk/desk-events';
import { createDeskState } from '../desk/desk-state';
import { type DeskLanguage, deskLanguage, deskTexts } from '../desk/desk-texts';
import { openConsole } from '../desk/line-console';
import { parseLine } from '../desk/parse-line';
import { failureOf } from '../failure';
import type { Terminal } from '../terminal';
import { examples, onServer } from './global-options';

interface DeskOptions {
  agent?: string;
  language?: DeskLanguage;
}

const farewellMs = 5_000;

/** Goes online as the agent of the key, the one that is named, or the only one there is. */
async function goOnline(server: Server, named: string | undefined): Promise<string> {
  const routing = server.client(RoutingServiceService);
  const state = PresenceState.PRESENCE_STATE_ONLINE;
  if (named !== undefined) return (await routing.setPresence({ state, agent: named })).agent;
  try {
    return (await routing.setPresence({ state, agent: '' })).agent;
  } catch (error) {
    // The key is nobody's: an owner's or admin's.
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    return (await routing.setPresence({ state, agent: await onlyAgent(server) })).agent;
  }
}

async function onlyAgent(server: Server): Promise<string> {
  const { resources } = await server
    .client(DirectoryServiceService)
    .listResources({ kind: 'Agent', pageSize: 50 });
  const names = resources.map(({ metadata }) => metadata?.name ?? '').sort();
  if (names.length === 0)
    throw new CommandError(
      'there is no agent',
      undefined,
      'Make one: omnigate apply -f examples/agents.yaml',
    );
  if (names.length > 1)
    throw usageError('this key is no agent’s', `Say who you are: --agent ${names.join(' | --agent ')}`);
  return names[0] ?? '';
}

async function goOffline({ routing, agent, console, texts, state }: DeskContext): Promise<void> {
  const offline = PresenceState.PRESENCE_STATE_OFFLINE;
  await routing.setPresence({ state: offline, agent }, { deadlineMs: farewellMs });
  console.print(texts.offline(agent, state.held.size));
}

/** Does the lines one after the other; resolves with whether any was refused. */
async function doLines(context: DeskContext): Promise<boolean> {
  const { console, signal } = context;
  let refused = false;
  for await (const line of console.lines) {
    const command = parseLine(line);
    if (command.do === 'quit' || signal.aborted) break;
    try {
      await perform(context, command);
    } catch (error) {
      if (signal.aborted) break;
      refused = true;
      console.complain(failureOf(error).text);
    }
    console.promptBy(() => promptOf(context));
  }
  return refused;
}

async function sit(options: DeskOptions, server: Server, terminal: Terminal): Promise<void> {
  const interrupted = terminal.untilInterrupted();
  const texts = deskTexts[options.language ?? deskLanguage(terminal.env)];
  const clients = deskClients(server);
  const agent = await goOnline(server, options.agent);
  const ending = new AbortController();
  const signal = AbortSignal.any([interrupted, ending.signal]);
  const console = openConsole(terminal, signal);
  const context: DeskContext = { ...clients, agent, state: createDeskState(), console, texts, signal };
  console.print(texts.online(agent), console.faint(texts.hint));
  console.promptBy(() => promptOf(context));
  let fault: unknown;
  const watching = watchDesk(context).catch((error: unknown) => {
    fault = error;
    ending.abort();
  });
  const refused = await doLines(context);
  ending.abort();
  await watching;
  console.close();
  await goOffline(context);
  if (fault !== undefined) throw fault;
  if (refused && !console.interactive) throw new CommandError(texts.refused);
}

/**
 * Adds `omnigate desk`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addDesk(program: Command, terminal: Terminal): void {
  program
    .command('desk')
    .summary('be an agent in the terminal')
    .description(
      'Puts an agent online and shows their offers and conversations: accept, reply by typing, note, resolve, transfer; ' +
        'help lists all. Through a pipe the lines are done one after the other; accept waits for an offer. Ends with quit, at ' +
        'the end of the input and at Ctrl-C; then the agent is offline.',
    )
    .option(
      '--agent <name>',
      'who you are; not needed with a key of role agent, or where there is only one agent',
    )
    .addOption(
      new Option('--language <language>', 'of the hints; default: as LANG says').choices(['en', 'zh']),
    )
    .addHelpText(
      'after',
      examples(
        'omnigate desk',
        'OMNIGATE_API_KEY=ogk_… omnigate desk --language zh',
        `printf 'accept\\nreply 您好\\nresolve\\n' | omnigate desk --agent demo-agent`,
      ),
    )
    .action((options: DeskOptions, command: Command) =>
      onServer(command, terminal, (server) => sit(options, server, terminal)),
    );
}
