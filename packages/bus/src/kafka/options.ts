import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { AppError } from '@omnigate/errors';
import { z } from 'zod';
import type { GroupTimings } from './group-member';

/** How to reach a Kafka cluster. */
export interface KafkaOptions {
  /** host:port of some brokers. */
  brokers: string[];
  /** TLS to the brokers. */
  tls?: {
    /** PEM of the authority; default: those that Node knows. */
    ca?: string;
  };
  sasl?: { mechanism: SaslMechanism; username: string; password: string };
  /** When a silent member is given up. */
  timings?: GroupTimings;
  /** An append that is not acknowledged after so long fails; default 5,000. */
  appendTimeoutMs?: number;
  /** No progress for so long, while there is something to read, means that a consumer is stuck; default 30,000. */
  stuckAfterMs?: number;
  /** Opens connections; default: TCP, or TLS. Tests cut what goes through it. */
  connect?(place: { host: string; port: number; onConnect: () => void }): Socket;
}

const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type SaslMechanism = (typeof saslMechanisms)[number];

/** A name or an IPv4 address: kafkajs does not read IPv6 addresses. */
const brokerPattern = /^[\w.-]+:\d{1,5}$/;
const brokersError = 'must be a list such as kafka-1:9092,kafka-2:9092';

const brokersOf = (text: string): string[] => text.split(/[,\s]+/).filter((broker) => broker !== '');

/** The environment variables of the Kafka connection, for a service's configuration schema. */
export const kafkaConfigShape = {
  KAFKA_BROKERS: z
    .string()
    .transform(brokersOf)
    .refine((brokers) => brokers.length > 0 && brokers.every((broker) => brokerPattern.test(broker)), {
      error: brokersError,
    })
    .optional()
    .describe('Kafka brokers, host:port with commas; default: the log in PostgreSQL'),
  KAFKA_TLS: z.enum(['0', '1'], 'must be 0 or 1').default('0').describe('1 speaks TLS to the brokers'),
  KAFKA_TLS_CA: z
    .string()
    .min(1)
    .optional()
    .describe("File with the brokers' certificate authority, PEM; default: those that Node knows"),
  KAFKA_SASL_MECHANISM: z
    .enum(saslMechanisms, `must be one of ${saslMechanisms.join(', ')}`)
    .optional()
    .describe('How to log in to the brokers; default: not at all'),
  KAFKA_SASL_USERNAME: z.string().min(1).optional().describe('Name for KAFKA_SASL_MECHANISM'),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional().describe('Password for KAFKA_SASL_MECHANISM'),
};

/** What the environment says of Kafka. */
export type KafkaConfig = z.infer<z.ZodObject<typeof kafkaConfigShape>>;

function invalid(field: keyof KafkaConfig, description: string): AppError {
  return new AppError('CONFIG_INVALID', {}, { fields: [{ field, description }] });
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw invalid('KAFKA_TLS_CA', 'must be a file that can be read');
  }
}

function saslOf(config: KafkaConfig): KafkaOptions['sasl'] {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = config;
  if (!mechanism) return undefined;
  if (!username) throw invalid('KAFKA_SASL_USERNAME', 'is needed with KAFKA_SASL_MECHANISM');
  if (!password) throw invalid('KAFKA_SASL_PASSWORD', 'is needed with KAFKA_SASL_MECHANISM');
  return { mechanism, username, password };
}

/**
 * Makes the connection's options of the configuration.
 * @returns undefined where no brokers are named: then the bus is the log in PostgreSQL
 * @throws AppError CONFIG_INVALID
 */
export function kafkaOptionsFrom(config: KafkaConfig): KafkaOptions | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_TLS_CA: authority } = config;
  if (!brokers) return undefined;
  const sasl = saslOf(config);
  const tls = config.KAFKA_TLS === '1' ? (authority ? { ca: readAuthority(authority) } : {}) : undefined;
  return { brokers, ...(tls ? { tls } : {}), ...(sasl ? { sasl } : {}) };
}
