import { type AppliedResource, ApplyOutcome } from '@omnigate/contracts';
import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import { CommandError } from '../command-error';
import { applyDocuments, refused } from '../documents/apply-documents';
import { problemAt, readResources } from '../documents/resource-documents';
import { readSources } from '../documents/source-text';
import { type Format, formats, type JsonRow, writeRows } from '../output/write-rows';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';

interface ApplyOptions {
  file: string[];
  recursive: boolean;
  dryRun: boolean;
  output: Format;
}

const outcomes: Partial<Record<ApplyOutcome, string>> = {
  [ApplyOutcome.APPLY_OUTCOME_CREATED]: 'created',
  [ApplyOutcome.APPLY_OUTCOME_CONFIGURED]: 'configured',
  [ApplyOutcome.APPLY_OUTCOME_UNCHANGED]: 'unchanged',
};

/**
 * Says what became of a resource.
 *
 * @param applied of the server's answer.
 * @returns such as `channel/shop-sms created`; a key that was made stands behind it, for the only time.
 */
export function outcomeLine({ resource, outcome }: AppliedResource): string {
  const name = `${(resource?.kind ?? '').toLowerCase()}/${resource?.metadata?.name ?? ''}`;
  const key = resource?.status?.key;
  return `${name} ${outcomes[outcome] ?? 'applied'}${typeof key === 'string' ? ` key=${key}` : ''}`;
}

async function apply(options: ApplyOptions, command: Command, terminal: Terminal): Promise<void> {
  const sources = await readSources(options.file, options, terminal);
  const { documents, problems } = readResources(sources, terminal.env);
  if (problems.length > 0) throw refused(problems);
  if (documents.length === 0) throw new CommandError('nothing to apply: the files hold no documents');
  await onServer(command, terminal, async (server) => {
    const applied = await applyDocuments(server, {
      resources: documents.map(({ resource }) => resource),
      validateOnly: options.dryRun,
      problemAt: (index, field, description) => {
        const document = documents[index];
        if (!document) throw new Error('the server names a resource that was not sent');
        return problemAt(document, field, description);
      },
    });
    await write(applied, options, terminal);
  });
}

async function write(applied: AppliedResource[], options: ApplyOptions, terminal: Terminal): Promise<void> {
  if (options.output === 'table') {
    const end = options.dryRun ? ' (dry run)' : '';
    for (const each of applied) printLine(terminal, outcomeLine(each) + end);
    return;
  }
  const rows = applied.map(
    ({ resource }) => toProtobufJson('omnigate.directory.v1.Resource', resource) as JsonRow,
  );
  await writeRows(terminal, options.output, { rows, columns: [], title: 'resources' });
}

/**
 * Adds `omnigate apply`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addApply(program: Command, terminal: Terminal): void {
  const collect = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('apply')
    .summary('create or change what files declare')
    .description(
      `Creates or changes the resources that YAML files declare: all of them or none; nothing is deleted. \${NAME} is taken ` +
        `from the environment: as text, but where it stands alone and without quotes 10 is a number; $\${NAME} stays as it is. ` +
        'A new ApiKey prints its key, once.',
    )
    .addOption(
      new Option('-f, --file <path>', 'a file, a folder, or - for stdin; may be repeated')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('-R, --recursive', 'with a folder: the folders in it too', false)
    .option('--dry-run', 'only check, write nothing', false)
    .addOption(new Option('-o, --output <format>', 'what to print').choices(formats).default('table'))
    .addHelpText(
      'after',
      examples(
        'omnigate apply -f examples/web-chat.yaml',
        'TWILIO_AUTH_TOKEN=… omnigate apply -f examples/sms-twilio.yaml -f examples/team.yaml',
        'omnigate get channels -o yaml | omnigate apply -f -',
      ),
    )
    .action((options: ApplyOptions, command: Command) => apply(options, command, terminal));
}
