/** Process groups: each stage runs in one of its own, with all that it starts. */

/** Of the stages that run; a group goes by the id of its first process. */
export const stageGroups = new Set<number>();

/** Ends every stage that runs, at once. */
export function killStages(): void {
  for (const pid of stageGroups) killGroup(pid, 'SIGKILL');
}

/** Sends a signal to a process group; false where there is none. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
