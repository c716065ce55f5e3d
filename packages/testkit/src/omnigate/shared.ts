import { appendFileSync } from 'node:fs';
import { launchOmnigate } from './launch';

/** How the files of a suite reach the Omnigate that they share. */
export interface SharedOmnigate {
  form: 'standalone' | 'cluster';
  httpUrl: string;
  grpcAddress: string;
  /** The operator's. */
  apiKey: string;
  /** Process id of what was launched. */
  pid: number;
  /** File that holds everything it has written. */
  outputFile: string;
}

/**
 * `node shared.js OUTPUT_FILE`: launches an Omnigate in the form of OMNIGATE_TEST_FORM, tells on standard output how it
 * is reached, and ends it when standard input ends.
 */
async function main(outputFile: string): Promise<void> {
  const omnigate = await launchOmnigate({
    env: { OMNIGATE_DEMO: '0', OMNIGATE_LOG_LEVEL: 'debug' },
    onOutput: (text) => appendFileSync(outputFile, text),
  });
  const { form, httpUrl, grpcAddress, apiKey } = omnigate;
  const told: SharedOmnigate = { form, httpUrl, grpcAddress, apiKey, pid: omnigate.pid(), outputFile };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await omnigate.close();
}

const [, script, outputFile = ''] = process.argv;
if (script === __filename) {
  main(outputFile).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
