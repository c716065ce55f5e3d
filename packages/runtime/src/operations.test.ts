import fastify, { type FastifyInstance } from 'fastify';
import { createHealth } from './health';
import { createMetrics } from './metrics';
import { registerOperations } from './operations';
import { createSignals } from './signals';

const servers: FastifyInstance[] = [];

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function started() {
  const server = fastify();
  servers.push(server);
  const health = createHealth();
  const metrics = createMetrics();
  registerOperations(server, { health, metrics });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const get = async (path: string) => {
    const response = await fetch(url + path);
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.text(),
    };
  };
  return { get, health, metrics };
}

describe('registerOperations', () => {
  it('answers /livez whatever a dependency does', async () => {
    const { get, health } = await started();
    health.addReadiness('database', () => new Promise(() => undefined));
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok' });
  });

  it('answers /readyz by the checks', async () => {
    const { get, health } = await started();
    let database = true;
    health.addReadiness('database', () => database);
    health.addReadiness('bus', async () => true);
    const ready = await get('/readyz');
    expect([ready.status, JSON.parse(ready.body)]).toEqual([
      200,
      { ready: true, checks: { database: true, bus: true } },
    ]);
    database = false;
    expect((await get('/readyz')).status).toBe(503);
    database = true;
    health.addReadiness('bus', () => Promise.reject(new Error('secret')));
    const failing = await get('/readyz');
    expect([failing.status, JSON.parse(failing.body).checks]).toEqual([503, { database: true, bus: false }]);
    expect(failing.body).not.toContain('secret');
  });

  it('is not ready while it stops, and tells who listens', async () => {
    const { get, health } = await started();
    const told: string[] = [];
    health.onStopping(() => told.push('before'));
    health.setStopping();
    health.setStopping();
    health.onStopping(() => told.push('after'));
    const response = await get('/readyz');
    expect([response.status, JSON.parse(response.body).checks]).toEqual([503, { stopping: false }]);
    expect(told).toEqual(['before', 'after']);
  });

  it('answers /metrics for Prometheus, with the five signals', async () => {
    const { get, metrics } = await started();
    const signals = createSignals(metrics, 'routing');
    signals.received(3);
    createSignals(metrics, 'routing').received();
    createSignals(metrics, 'bot').done();
    signals.failed('publish');
    signals.duration(0.2);
    signals.lag(1.5);
    const response = await get('/metrics');
    expect(response.type).toContain('version=0.0.4');
    for (const line of [
      'omnigate_received_total{part="routing"} 4',
      'omnigate_done_total{part="bot"} 1',
      'omnigate_failed_total{part="routing",stage="publish"} 1',
      'omnigate_duration_seconds_bucket{le="0.25",part="routing"} 1',
      'omnigate_lag_seconds{part="routing"} 1.5',
    ]) {
      expect(response.body).toContain(line);
    }
    expect(response.body).toMatch(/^process_resident_memory_bytes \d{6,}/m);
    expect(response.body).toMatch(/^nodejs_eventloop_utilization_ratio [\d.e-]+$/m);
  });
});
