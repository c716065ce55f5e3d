import { beginSpan, isTracing, type Span, type SpanKind } from '@omnigate/runtime';

/**
 * Begins the span of a unary call, as OpenTelemetry's conventions for RPC name it.
 * @param path such as `/omnigate.bot.v1.BotService/Ask`
 * @param system `grpc`, or `in_process`
 * @returns undefined where nothing is traced
 */
export function beginCallSpan(
  path: string,
  system: string,
  kind: SpanKind,
  parent: string | undefined,
): Span | undefined {
  if (!isTracing()) return undefined;
  const method = path.slice(1);
  const slash = method.indexOf('/');
  return beginSpan(method, kind, parent)?.setAttributes({
    'rpc.system': system,
    'rpc.service': method.slice(0, slash),
    'rpc.method': method.slice(slash + 1),
  });
}
