import type { AppliedTopic } from '@omnigate/bus';
import { type AppError, isAppError } from '@omnigate/errors';
import { createLogger, loadConfig } from '@omnigate/runtime';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { CommandError, exitCode, usageError } from '../command-error';
import { printLine, type Terminal, tell } from '../terminal';
import { examples } from './global-options';
import { positiveNumber } from './number-option';

interface TopicsOptions {
  replication?: number;
  maxPartitions?: number;
}

// Heavy, and of use to this command alone.
const loadBus = () => import('@omnigate/bus');

async function kafkaOf(terminal: Terminal) {
  const { kafkaConfigShape, kafkaOptionsFrom } = await loadBus();
  try {
    const kafka = kafkaOptionsFrom(loadConfig(z.object(kafkaConfigShape), terminal.env));
    if (kafka) return kafka;
  } catch (error) {
    throw isAppError(error, 'CONFIG_INVALID') ? badConfig(error) : error;
  }
  throw usageError(
    'topics apply needs KAFKA_BROKERS',
    'Without Kafka the log in PostgreSQL makes its topics itself.',
  );
}

const badConfig = ({ fields }: AppError): CommandError =>
  usageError(fields.map(({ field, description }) => `${field} ${description}`).join('\n'));

async function apply(options: TopicsOptions, terminal: Terminal): Promise<void> {
  const { applyTopics, topicSpecs } = await loadBus();
  const kafka = await kafkaOf(terminal);
  const logger = createLogger({ service: 'omnigate', level: 'silent' });
  try {
    for (const each of await applyTopics(kafka, topicSpecs(options), logger)) print(each, terminal);
  } catch (error) {
    throw isAppError(error, 'BUS_UNAVAILABLE') ? notApplied(error) : error;
  }
}

function print({ topic, outcome, partitions }: AppliedTopic, terminal: Terminal): void {
  printLine(terminal, `topic/${topic} ${outcome}`);
  if (!partitions) return;
  const { has, shall } = partitions;
  tell(terminal, `topic/${topic} has ${has} partitions, not ${shall}: docs/kafka.md says how to change that`);
}

function notApplied({ cause }: AppError): CommandError {
  const reason = cause instanceof Error ? cause.message : 'no broker answers';
  return new CommandError(
    `the topics were not applied: ${reason}`,
    exitCode.unreachable,
    'Check KAFKA_BROKERS, KAFKA_TLS and KAFKA_SASL_*; a cluster of fewer brokers takes --replication 1.',
  );
}

/**
 * Adds `omnigate topics` with apply.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addTopics(program: Command, terminal: Terminal): void {
  const topics = program
    .command('topics')
    .summary('make the topics of a Kafka cluster')
    .description(
      'Topics of Kafka. No server makes any: this command does, before the first start and after an update.',
    )
    .addHelpText('after', examples('KAFKA_BROKERS=kafka:9092 omnigate topics apply'));
  topics
    .command('apply')
    .description(
      'Makes the topics that are missing, with their partitions, retention and compaction; what is there stays as it is. ' +
        'The cluster is named by KAFKA_BROKERS, KAFKA_TLS, KAFKA_TLS_CA, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and ' +
        'KAFKA_SASL_PASSWORD.',
    )
    .addOption(
      new Option('--replication <number>', "replicas of each partition; default: the brokers' own").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option(
        '--max-partitions <number>',
        'no topic gets more; for a cluster on one machine, whose batches are larger then; it is for good',
      ).argParser(positiveNumber),
    )
    .addHelpText(
      'after',
      examples(
        'KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 omnigate topics apply',
        'omnigate topics apply --replication 3',
        'omnigate topics apply --max-partitions 8',
      ),
    )
    .action((options: TopicsOptions) => apply(options, terminal));
}
