// Writes packages/contracts/src/gen (TypeScript) and packages/contracts/gen/descriptors.binpb (for gRPC reflection and
// protobuf JSON) from proto/.
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run, toolEnvironment } from './toolchain.mjs';

const contracts = join(root, 'packages', 'contracts');
const proto = join(root, 'proto');
const env = toolEnvironment();
env.PATH = join(contracts, 'node_modules', '.bin') + delimiter + env.PATH;

mkdirSync(join(contracts, 'gen'), { recursive: true });
for (const args of [['generate'], ['build', '-o', join(contracts, 'gen', 'descriptors.binpb')]]) {
  const code = await run('buf', args, { cwd: proto, env });
  if (code !== 0) process.exit(code);
}
