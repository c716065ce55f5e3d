import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as it was exported, with what tests look at. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  /** `service.name` of the process that made it. */
  service: string;
  attributes: Record<string, string | number | boolean>;
  failed: boolean;
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statusError = 2;

/** Reads a message by takers of its fields; others are skipped. */
function read(bytes: Uint8Array, fields: Record<number, (reader: BinaryReader) => void>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const take = fields[field];
    if (take) take(reader);
    else reader.skip(wireType, field);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Decodes an ExportTraceServiceRequest, by its field numbers:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function decodeTraceRequest(bytes: Uint8Array): ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  read(bytes, { 1: (request) => spans.push(...resourceSpans(request.bytes())) });
  return spans;
}

function resourceSpans(bytes: Uint8Array): ReceivedSpan[] {
  const resource: ReceivedSpan['attributes'] = {};
  const spans: ReceivedSpan[] = [];
  read(bytes, {
    1: (group) => read(group.bytes(), { 1: (each) => addAttribute(resource, each.bytes()) }),
    2: (group) => read(group.bytes(), { 2: (each) => spans.push(spanOf(each.bytes())) }),
  });
  for (const span of spans) span.service = String(resource['service.name'] ?? '');
  return spans;
}

function spanOf(bytes: Uint8Array): ReceivedSpan {
  const span: ReceivedSpan = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 'unspecified',
    service: '',
    attributes: {},
    failed: false,
  };
  read(bytes, {
    1: (reader) => {
      span.traceId = hex(reader.bytes());
    },
    2: (reader) => {
      span.spanId = hex(reader.bytes());
    },
    4: (reader) => {
      span.parentSpanId = hex(reader.bytes());
    },
    5: (reader) => {
      span.name = reader.string();
    },
    6: (reader) => {
      span.kind = kinds[reader.int32()] ?? 'unspecified';
    },
    9: (reader) => addAttribute(span.attributes, reader.bytes()),
    15: (reader) =>
      read(reader.bytes(), {
        3: (status) => {
          span.failed = status.int32() === statusError;
        },
      }),
  });
  return span;
}

function addAttribute(to: ReceivedSpan['attributes'], bytes: Uint8Array): void {
  let key = '';
  let value: string | number | boolean = '';
  read(bytes, {
    1: (reader) => {
      key = reader.string();
    },
    2: (reader) =>
      read(reader.bytes(), {
        1: (any) => {
          value = any.string();
        },
        2: (any) => {
          value = any.bool();
        },
        3: (any) => {
          value = Number(any.int64());
        },
        4: (any) => {
          value = any.double();
        },
      }),
  });
  to[key] = value;
}
