/** What npm keeps for itself: options that stand before `--`. */
import { nearest, type Problem } from './problem.ts';

const PREFIX = 'npm_config_';

/**
 * `npm run pipeline --dry-run` would run for real: npm takes the option, and leaves it in the environment, `true` or the
 * value that was given with `=`; a value after a space reaches us as a word. npm's own `--cache` is always there, and of
 * `--only`, `-n` and `-k`, which it knows or drops, nothing is left to see.
 */
export function swallowedByNpm(
  command: string,
  args: readonly string[],
  options: readonly string[],
  isValued: (option: string) => boolean,
  env: NodeJS.ProcessEnv,
): Problem[] {
  if (env['npm_lifecycle_event'] !== command) return [];
  const names = options.filter((name) => name !== 'cache' && name !== 'help');
  const words = [...args];
  const flags: string[] = [];
  const lines: string[] = [];
  for (const [key, value = ''] of Object.entries(env)) {
    if (!key.startsWith(PREFIX) || value === '' || value === 'false') continue;
    const given = key.slice(PREFIX.length).replaceAll('_', '-');
    const name = names.includes(given) ? given : nearest(given, names);
    if (name === undefined) continue;
    flags.push(`--${given}`);
    if (!isValued(name)) lines.push(`--${name}`);
    else if (value !== 'true') lines.push(`--${name} ${value}`);
    else for (const word of takeValues(name, words)) lines.push(`--${name} ${word}`);
  }
  if (flags.length === 0) return [];
  const line = ['npm run', command, '--', ...words, ...lines].join(' ');
  const place = flags.join(' ');
  const message = `${flags.length > 1 ? 'were' : 'was'} kept by npm and did not reach the ${command}`;
  return [{ place, message, hint: `write: ${line}` }];
}

/** Takes from `words` what must be the values of the option: of several, those that look like it. */
function takeValues(name: string, words: string[]): string[] {
  const fits = name === 'set' ? /=/ : name === 'jobs' || name === 'keep' ? /^\d+$/ : /[./]/;
  const found = words.filter((word) => fits.test(word)).slice(0, name === 'set' ? undefined : 1);
  for (const word of found) words.splice(words.indexOf(word), 1);
  return found.length > 0 ? found : [name === 'set' ? 'STAGE.PARAM=VALUE' : name.toUpperCase()];
}
