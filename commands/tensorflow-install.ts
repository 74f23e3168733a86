/**
 * `npm run tensorflow:install`: runs the installer of @tensorflow/tfjs-node-gpu, which `npm ci` leaves out. It downloads
 * TensorFlow 2.9.1 for CUDA 11.2 and the binding made for it (hundreds of megabytes); without such a GPU the
 * library computes on the CPU.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../lib/files/failure.ts';
import { findBinding } from '../lib/engines/tensorflow/identity.ts';
import { packageFolder, reportBackend } from '../lib/engines/tensorflow/library.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';

const LINK = 'use the TensorFlow of a Python environment instead: npm run tensorflow:link -- --python PYTHON';
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/;

const HELP = `Downloads the TensorFlow 2.9.1 that @tensorflow/tfjs-node-gpu was made for, several hundred megabytes, which
\`npm ci\` leaves out. It uses the GPU if CUDA 11.2 is installed, otherwise the CPU.

  npm run tensorflow:install

  -h, --help   this text

To use the TensorFlow of a Python environment instead: npm run tensorflow:link -- --python PYTHON
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

await runCommand(async (args, env) => {
  if (readOptions('tensorflow:install', args, OPTIONS, env).help) {
    process.stdout.write(HELP);
    return 0;
  }
  // npm run has put node_modules/.bin, where node-pre-gyp is, on the PATH.
  const installer = spawn(process.execPath, ['scripts/install.js', 'gpu', 'download'], {
    cwd: packageFolder(),
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let complaint = '';
  installer.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [exitCode] = (await once(installer, 'close')) as [number | null];
  const unreachable = UNREACHABLE.exec(complaint);
  if (unreachable) throw new Failure(`the download host cannot be reached (${unreachable[0]})`, LINK);
  if (exitCode !== 0 || !(await findBinding()))
    throw new Failure(`the installer of tfjs-node-gpu failed:\n${complaint.trim()}`, LINK);
  await reportBackend(LINK);
  return 0;
});
