import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The system user that the server runs as. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root; these exist on most systems. */
const preferredNames = ['postgres', 'nobody'];

function readUsers(): ServerUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map((fields) => ({ name: String(fields[0]), uid: Number(fields[2]), gid: Number(fields[3]) }));
}

/** Whether this process must hand the server to another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user for the server where this process is root.
 * @param ownerUid owner of data that is there already: then it must be that user
 * @returns undefined when the system knows no such user
 */
export function findServerUser(ownerUid?: number): ServerUser | undefined {
  const users = readUsers();
  if (ownerUid !== undefined && ownerUid !== 0) {
    return (
      users.find(({ uid }) => uid === ownerUid) ?? { name: String(ownerUid), uid: ownerUid, gid: ownerUid }
    );
  }
  return preferredNames
    .map((name) => users.find((user) => user.name === name))
    .find((user) => user !== undefined);
}

/** Options of `spawn` that make a child run as this user; none: as this process. */
export function spawnAs(user: ServerUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** Tries, as that user, whether a folder can be entered or a program run: every folder above it counts. */
export async function canEnter(user: ServerUser | undefined, path: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { cwd: '/', ...spawnAs(user) });
    return true;
  } catch {
    return false;
  }
}
