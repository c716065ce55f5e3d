import { DirectoryServiceService, KnowledgeServiceService } from '@omnigate/contracts';
import type { Command } from 'commander';
import { CommandError } from '../command-error';
import type { Server } from '../connection';
import { findListing } from '../listings/find-listing';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';

async function remove(server: Server, kind: string, name: string): Promise<string> {
  const { title, message } = findListing(kind);
  if (title === 'unresolved-questions') {
    await server.client(KnowledgeServiceService).dismissUnresolvedQuestion({ questionId: name });
    return `unresolved-question/${name} deleted`;
  }
  if (message !== 'omnigate.directory.v1.Resource' || title === 'channel-types')
    throw new CommandError(
      `${title} can not be deleted`,
      undefined,
      'Only resources and unresolved questions can.',
    );
  const singular = title.replace(/s$/, '');
  await server.client(DirectoryServiceService).deleteResource({ kind: singular, name });
  return `${singular}/${name} deleted`;
}

/**
 * Adds `omnigate delete`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addDelete(program: Command, terminal: Terminal): void {
  program
    .command('delete')
    .summary('delete a resource')
    .description(
      'Deletes a resource that nothing else refers to, or takes a question off the list of unresolved ones.',
    )
    .argument('<kind>', 'such as channel')
    .argument('<name>', 'its name; of an unresolved question its id')
    .addHelpText('after', examples('omnigate delete channel shop-sms', 'omnigate delete unresolved ID'))
    .action(async (kind: string, name: string, _options: unknown, command: Command) => {
      findListing(kind);
      await onServer(command, terminal, async (server) =>
        printLine(terminal, await remove(server, kind, name)),
      );
    });
}
