import { credentialsPath } from './credentials';

/** Where a running Omnigate is reached. */
export interface Addresses {
  httpUrl: string;
  publicUrl: string;
  grpcAddress: string;
  /** Of the server for mail that comes. */
  smtpAddress: string;
}

/**
 * Tells people what is being done.
 *
 * @param line a few words.
 */
export function progress(line: string): void {
  process.stdout.write(`· ${line}\n`);
}

/**
 * Tells people that Omnigate is ready, where everything is and what to try first.
 *
 * @param addresses where it listens.
 * @param folder path of the data folder.
 * @param demo whether there is a demo chat.
 */
export function announce(addresses: Addresses, folder: string, demo: boolean): void {
  const rows = [
    ...(demo ? [['Demo chat', `${addresses.httpUrl}/demo`]] : []),
    ['Webhooks', `${addresses.publicUrl}/webhooks/{channel_type}/{channel_id}`],
    ['gRPC', addresses.grpcAddress],
    ['Mail', `${addresses.smtpAddress} (SMTP)`],
    ['API key', `in ${credentialsPath(folder)}`],
    ['Be a person', 'npx omnigate desk   (npx omnigate --help lists the rest)'],
  ];
  const lines = rows.map(([name, value]) => `  ${(name ?? '').padEnd(12)} ${value}`);
  process.stdout.write(`Omnigate is ready\n${lines.join('\n')}\n  Stop with Ctrl-C; nothing is lost.\n`);
}
