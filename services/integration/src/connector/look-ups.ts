import type { ProviderConnections } from '@omnigate/channel-kit';
import { AppError } from '@omnigate/errors';
import { createSignals, type Logger, type Metrics } from '@omnigate/runtime';
import type { Item } from '../domain/answer-items';
import type { Connector } from '../domain/connector';
import type { Candidate, LookupRequest } from '../domain/lookup-request';
import { createAnswerCache } from './answer-cache';
import { type Circuit, createCircuit } from './circuit';
import { exchange } from './exchange';

const maximumAnswers = 10_000;

/** Asks connectors: once for many who want the same, and not while a system does not answer. */
export interface LookUps {
  /**
   * @param candidate nothing of it is missing
   * @returns what the system knows
   * @throws AppError UNAVAILABLE when it does not answer
   */
  ask(candidate: Candidate, request: LookupRequest): Promise<Item[]>;
}

/** What look-ups need. */
export interface LookUpsDeps {
  http: Pick<ProviderConnections, 'forChannel'>;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

interface Guarded {
  connector: Connector;
  circuit: Circuit;
}

/**
 * Makes the look-ups of a process.
 *
 * @param deps how systems are reached, and where failures are told.
 * @returns the look-ups; nothing is kept yet.
 */
export function createLookUps(deps: LookUpsDeps): LookUps {
  const { http, logger, metrics, now } = deps;
  const answers = createAnswerCache<Item[]>({ maximumEntries: maximumAnswers, now });
  const guards = new Map<string, Guarded>();
  const signals = createSignals(metrics, 'integration.look-up');
  tellCircuits(metrics, guards);

  /** A connector that was changed begins anew. */
  function circuitOf(connector: Connector): Circuit {
    const known = guards.get(connector.id);
    if (known?.connector.revision === connector.revision) return known.circuit;
    const circuit = createCircuit(now);
    guards.set(connector.id, { connector, circuit });
    return circuit;
  }

  async function request({ connector, lookup }: Candidate, asked: LookupRequest): Promise<Item[]> {
    const circuit = circuitOf(connector);
    signals.received();
    if (!circuit.admits()) throw unavailable(connector, 'held-back');
    const since = now();
    const { items, failure } = await exchange(http, connector, { lookup, request: asked });
    signals.duration((now() - since) / 1000);
    if (failure?.isAway) circuit.failed();
    else circuit.succeeded();
    if (!failure) {
      signals.done();
      return items;
    }
    const { tenantId, name } = connector;
    logger.warn(
      { tenant_id: tenantId, connector: name, lookup: lookup.name, code: failure.code },
      'look-up failed',
    );
    throw unavailable(connector, failure.code);
  }

  function unavailable({ name }: Connector, stage: string): AppError {
    signals.failed(stage);
    return new AppError('UNAVAILABLE', { reason: `connector ${name} does not answer` });
  }

  return {
    ask(candidate, asked) {
      const { connector, lookup } = candidate;
      const place = [connector.tenantId, connector.id, connector.revision, connector.lookups.indexOf(lookup)];
      const key = JSON.stringify([...place, asked.url, asked.body]);
      return answers.get(key, lookup.cache_seconds * 1000, () => request(candidate, asked));
    },
  };
}

/** Not by connector: a label for each of every tenant's would grow without an end. */
function tellCircuits(metrics: Metrics, guards: ReadonlyMap<string, Guarded>): void {
  metrics.gauge(
    'omnigate_connector_circuits_open',
    'Connectors that are not asked because they do not answer.',
    [],
    (gauge) => gauge.set([...guards.values()].filter(({ circuit }) => circuit.isOpen).length),
  );
}
