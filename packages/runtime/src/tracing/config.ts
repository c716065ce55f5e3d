import { z } from 'zod';

/** Keys of the environment that turn tracing on; a part of each service's schema. */
export const tracingConfig = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://collector:4318' })
    .optional()
    .describe('OpenTelemetry collector that takes traces by OTLP over HTTP; default: none are made'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number('must be a number from 0 to 1')
    .min(0, 'must be a number from 0 to 1')
    .max(1, 'must be a number from 0 to 1')
    .default(1)
    .describe('Share of new traces that are kept; one that began elsewhere is kept as decided there'),
};
