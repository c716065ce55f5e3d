import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuSample } from './cpu';

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
  children?: number[];
}

/** What `node --cpu-prof` writes; times in microseconds. */
interface Profile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

/** The first that fits the outermost frame which any fits is the stage; `file function` is what is looked at. */
const stages: [RegExp, string][] = [
  [/thinking-worker|services\/bot\/dist\/domain/, 'bot thinks (worker thread)'],
  [/channel-kit\/dist\/delivery|channel-kit\/dist\/provider|channels\/.* (?:send|judge)/, 'send'],
  [/channel-(?:kit|webhooks|wechat|web)\/dist|\/ws\/|standalone\/dist\/http-server/, 'webhook in'],
  [/routing\/dist\/consumers\/message-status/, 'receipts'],
  [/routing\/dist\/(?:consumers|queue)/, 'store'],
  [/routing\/dist\/turns|services\/bot\/dist/, 'turn of the bot'],
  [/services\/analytics\/dist/, 'analytics'],
  [/packages\/bus\/dist/, 'bus'],
  [/\/undici\//, 'send'],
  [/\/fastify\/|node:_http_|node:internal\/http/, 'webhook in'],
  [/packages\/database\/dist|\/pg\/lib|\/pg-protocol\//, 'database driver'],
];

/** What V8 shows in place of a function. */
const special = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'Node itself'],
]);

function stageOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string {
  const named = special.get(node.callFrame.functionName);
  if (named !== undefined) return named;
  let found: string | undefined;
  for (let frame: ProfileNode | undefined = node; frame; frame = parents.get(frame.id)) {
    const { url, functionName } = frame.callFrame;
    found = stages.find(([pattern]) => pattern.test(`${url} ${functionName}`))?.[1] ?? found;
  }
  return found ?? 'Node itself';
}

/** Idle time, and what happened before the first message, such as loading modules, belong to no stage. */
function isIdle({ callFrame }: ProfileNode): boolean {
  return callFrame.functionName === '(idle)' || callFrame.functionName === '(root)';
}

function addProfile(profile: Profile, lastMs: number, sample: CpuSample): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)),
  );
  const known = new Map<number, string>();
  const totalMs = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0) / 1000;
  let atMs = 0;
  for (const [index, id] of profile.samples.entries()) {
    const deltaMs = (profile.timeDeltas[index] ?? 0) / 1000;
    atMs += deltaMs;
    const node = nodes.get(id);
    if (!node || isIdle(node) || atMs < totalMs - lastMs) continue;
    const stage = known.get(id) ?? stageOf(node, parents);
    known.set(id, stage);
    sample[stage] = (sample[stage] ?? 0) + deltaMs;
  }
}

/**
 * Where the CPU of a Node process went, stage by stage, by the profiles that it left.
 *
 * @param folder of `--cpu-prof-dir`; one profile a thread.
 * @param lastMs only so much of their end counts.
 * @returns milliseconds by stage.
 */
export function profiledStages(folder: string, lastMs: number): CpuSample {
  const sample: CpuSample = {};
  for (const file of readdirSync(folder)) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    const ours = profile.nodes.some(({ callFrame }) =>
      /standalone\/dist|thinking-worker/.test(callFrame.url),
    );
    if (ours) addProfile(profile, lastMs, sample);
  }
  return sample;
}
