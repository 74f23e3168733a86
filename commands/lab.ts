/** `npm run lab`: a page that trains a network in the browser. It needs no run of the pipeline. */
import { writeLines } from '../lib/files/visible.ts';
import { replaceFile } from '../lib/files/whole-file.ts';
import { buildLab } from '../lib/report/lab.ts';
import { serve } from '../lib/report/server.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';
import { showPage } from './show-page.ts';

const HELP = `Opens a page that trains a network in the browser, served on this machine only. Ctrl-C stops the server.

  npm run lab
  npm run lab -- --write lab.html

  --write FILE   write the page to a file instead, to open directly or send to somebody
  --no-open      only print the address, without opening a browser
  -h, --help     this text
`;

const OPTIONS = {
  write: { type: 'string', example: 'lab.html' },
  'no-open': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

await runCommand(async (args, env) => {
  const given = readOptions('lab', args, OPTIONS, env);
  if (given.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const page = await buildLab();
  if (given.write !== undefined) {
    await replaceFile(given.write, page);
    writeLines(process.stdout, [given.write]);
    return 0;
  }
  const { server, url } = await serve(null, { '/': () => Promise.resolve(page) });
  await showPage(server, url, !given['no-open']);
  return 0;
});
