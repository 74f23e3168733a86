/** Process groups: each stage and all processes that it starts are one group. */

/** The groups of running stages, by the id of their first process. */
export const stageGroups = new Set<number>();

/** Kills every running stage at once. */
export function killStages(): void {
  for (const pid of stageGroups) killGroup(pid, 'SIGKILL');
}

/** Sends a signal to a process group; false if there is no such group. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
