// npm run tensorflow:install: runs the installer of @tensorflow/tfjs-node-gpu, which `npm ci` leaves out. It downloads
// TensorFlow 2.9.1 for CUDA 11.2 and the binding made for it (hundreds of megabytes); where there is no such GPU the
// library computes on the CPU.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ExpectedError } from '../files/expected-error.ts';
import { runScript } from '../files/run-script.ts';
import { findBinding } from '../model/backend-identity.ts';
import { packageFolder, reportBackend } from './package.ts';

const LINK = 'use the TensorFlow of a Python environment instead: npm run tensorflow:link -- --python PYTHON';
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/;

await runScript(async () => {
  parseArgs();
  // npm run has put node_modules/.bin, where node-pre-gyp is, on the PATH.
  const installer = spawn(process.execPath, ['scripts/install.js', 'gpu', 'download'], {
    cwd: packageFolder(),
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let complaint = '';
  installer.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [exitCode] = (await once(installer, 'close')) as [number | null];
  const unreachable = UNREACHABLE.exec(complaint);
  if (unreachable) throw new ExpectedError(`the download host cannot be reached (${unreachable[0]})`, LINK);
  if (exitCode !== 0 || !(await findBinding()))
    throw new ExpectedError(`the installer of tfjs-node-gpu failed:\n${complaint.trim()}`, LINK);
  await reportBackend(LINK);
});
