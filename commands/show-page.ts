/** Prints the address of a served page, tries to open a browser there, and waits until the server ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { writeLines } from '../lib/files/visible.ts';

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

export async function showPage(server: Server, address: string, opens: boolean): Promise<void> {
  writeLines(process.stdout, [`${address}  (Ctrl-C stops the server)`]);
  if (opens) openBrowser(address);
  await once(server, 'close');
}

/** If no browser can be opened, the printed address is enough. */
function openBrowser(address: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
