import { createMetrics } from '@omnigate/runtime';
import { mergeMetrics } from './merge-metrics';

test('samples of all processes stand under one heading, each with whose it is', async () => {
  const first = createMetrics();
  const second = createMetrics();
  first.counter('sample_total', 'Samples.', ['part']).labels('a "quoted" {part}').inc(2);
  second.counter('sample_total', 'Samples.', ['part']).labels('b').inc(3);
  second.gauge('alone', 'One.').set(1);
  first.histogram('seconds', 'Time.', [], [1]).observe(0.5);
  const merged = mergeMetrics(
    new Map([
      ['routing-1', await first.text()],
      ['routing-2', await second.text()],
    ]),
  );
  const lines = merged.split('\n').filter((line) => /sample_total|alone|seconds(?:_|\{| )/.test(line));
  expect(lines.filter((line) => !line.includes('process_'))).toEqual([
    '# HELP sample_total Samples.',
    '# TYPE sample_total counter',
    'sample_total{process="routing-1",part="a \\"quoted\\" {part}"} 2',
    'sample_total{process="routing-2",part="b"} 3',
    '# HELP seconds Time.',
    '# TYPE seconds histogram',
    'seconds_bucket{process="routing-1",le="1"} 1',
    'seconds_bucket{process="routing-1",le="+Inf"} 1',
    'seconds_sum{process="routing-1"} 0.5',
    'seconds_count{process="routing-1"} 1',
    '# HELP alone One.',
    '# TYPE alone gauge',
    'alone{process="routing-2"} 1',
  ]);
  expect(merged.match(/^# TYPE process_cpu_seconds_total/gm)).toHaveLength(1);
});
