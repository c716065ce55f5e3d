import { readFileSync } from 'node:fs';
import { AppError } from '@omnigate/errors';
import type { ListenerConfig } from './listener';

/** What the environment says of mail that comes. */
export interface MailEnvironment {
  OMNIGATE_BIND: string;
  OMNIGATE_SMTP_PORT: number;
  OMNIGATE_SMTP_MAX_MB: number;
  OMNIGATE_SMTP_TLS_CERT?: string | undefined;
  OMNIGATE_SMTP_TLS_KEY?: string | undefined;
}

const bytesOfMb = 1_048_576;

/**
 * Reads what the listener needs.
 *
 * @param environment where to listen, and the files of the certificate.
 * @param publicUrl whose host the server greets by.
 * @throws AppError CONFIG_INVALID for a file that can't be read, or a certificate without its key.
 */
export function listenerConfigFrom(environment: MailEnvironment, publicUrl: string): ListenerConfig {
  const { OMNIGATE_SMTP_TLS_CERT: cert, OMNIGATE_SMTP_TLS_KEY: key } = environment;
  if ((cert === undefined) !== (key === undefined))
    throw new AppError('CONFIG_INVALID', {
      reason: 'OMNIGATE_SMTP_TLS_CERT and OMNIGATE_SMTP_TLS_KEY go together',
    });
  return {
    host: environment.OMNIGATE_BIND,
    port: environment.OMNIGATE_SMTP_PORT,
    name: new URL(publicUrl).hostname,
    maxBytes: environment.OMNIGATE_SMTP_MAX_MB * bytesOfMb,
    tls:
      cert && key
        ? { cert: read('OMNIGATE_SMTP_TLS_CERT', cert), key: read('OMNIGATE_SMTP_TLS_KEY', key) }
        : undefined,
  };
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AppError(
      'CONFIG_INVALID',
      { reason: `${variable}: ${path} can not be read` },
      { cause: error },
    );
  }
}
