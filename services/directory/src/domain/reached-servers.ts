import type { JsonObject } from './resource';

/** A server that a channel's config has Omnigate connect to. */
export interface ReachedServer {
  /** Of the config, such as `api_base_url` or `smtp.host`. */
  field: string;
  /** For mail, its host and port in the form of a URL. */
  url: string;
}

const submissionPort = 587;
const securePort = 465;

/**
 * The servers that a config names.
 *
 * @param config as written, of any form.
 * @returns those that are named as texts.
 */
export function reachedServers(config: JsonObject | undefined): ReachedServer[] {
  const { api_base_url: url, smtp } = config ?? {};
  const { host, port, secure } = (typeof smtp === 'object' && smtp !== null ? smtp : {}) as JsonObject;
  const mailPort = typeof port === 'number' ? port : secure === true ? securePort : submissionPort;
  return [
    ...(typeof url === 'string' ? [{ field: 'api_base_url', url }] : []),
    ...(typeof host === 'string' && host !== ''
      ? [{ field: 'smtp.host', url: `http://${host.includes(':') ? `[${host}]` : host}:${mailPort}` }]
      : []),
  ];
}
