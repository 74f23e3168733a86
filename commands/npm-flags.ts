/** Notices options that npm kept for itself because they were written before `--`. */
import { nearest, type Problem } from '../lib/files/problem.ts';
import { lookAtNpm, type Npm } from './npm-log.ts';
import { PREFIX, readSettings } from './npm-settings.ts';

/** Options of a command, in the form of parseArgs of node:util. */
export type OptionTypes = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** Options that npm itself uses when it runs a script, and whether they take a value. */
const NPMS_OWN: Readonly<Record<string, 'alone' | 'with a value'>> = {
  loglevel: 'with a value',
  prefix: 'with a value',
  workspace: 'with a value',
  'script-shell': 'with a value',
  'node-options': 'with a value',
  userconfig: 'with a value',
  globalconfig: 'with a value',
  'logs-dir': 'with a value',
  'logs-max': 'with a value',
  color: 'alone',
  progress: 'alone',
  timing: 'alone',
  unicode: 'alone',
  yes: 'alone',
  'if-present': 'alone',
  'ignore-scripts': 'alone',
  'foreground-scripts': 'alone',
  'update-notifier': 'alone',
  workspaces: 'alone',
  'include-workspace-root': 'alone',
};

/**
 * A problem if npm kept options that were meant for the command `script`: without this check, `npm run pipeline
 * --dry-run` would run for real. If the typed words can be read, they alone decide. Otherwise an `npm_config_` variable
 * counts, unless npm's own files or the environment set it too.
 */
export function keptByNpm(
  script: string,
  args: readonly string[],
  options: OptionTypes,
  env: NodeJS.ProcessEnv,
  npm?: Npm,
): Problem[] {
  const isNpm = (env['npm_config_user_agent'] ?? 'npm/').startsWith('npm/'); // pnpm and yarn pass everything on
  if (!isNpm || env['npm_lifecycle_event'] !== script) return [];
  const seen = npm ?? lookAtNpm(script, args, env);
  const kept = seen.typed?.includes(script)
    ? findTyped(script, seen.typed, options)
    : findInferred(args, options, env, readSettings(env, seen.env));
  if (kept === null) return [];
  const { flags, words, why } = kept;
  return [
    {
      place: flags.join(' '),
      message: `${flags.length > 1 ? 'were' : 'was'} kept by npm and did not reach the ${script}${why}`,
      hint: `write: npm run ${script} -- ${words.map(quote).join(' ')}`,
    },
  ];
}

/** What npm kept, the words that the command should have got, and why we think so. */
interface Kept {
  readonly flags: readonly string[];
  readonly words: readonly string[];
  readonly why: string;
}

function findTyped(script: string, typed: readonly string[], options: OptionTypes): Kept | null {
  const end = typed.indexOf('--') === -1 ? typed.length : typed.indexOf('--');
  const start = typed.indexOf(
    script,
    typed.findIndex((word) => /^(run|run-script|rum|urn)$/.test(word)),
  );
  const flags: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < end; i++) {
    const word = typed[i]!;
    const name = /^--(?:no-)?(.+)$/.exec(word)?.[1] ?? '';
    const isDryRun = word === '--no-yes' && 'dry-run' in options; // npm turns -n into this
    const own = Object.hasOwn(NPMS_OWN, name) && !isDryRun ? NPMS_OWN[name] : undefined;
    const flag = isDryRun ? '-n' : correct(word, options);
    if (own === 'with a value') i++;
    if (own || (i <= start && !isOurs(flag, options))) continue;
    if (word.startsWith('-')) flags.push(flag);
    words.push(flag);
  }
  return flags.length === 0 ? null : { flags, words: [...words, ...typed.slice(end + 1)], why: '' };
}

const isOurs = (flag: string, options: OptionTypes): boolean =>
  flag === '-n' || (flag.startsWith('--') && Object.hasOwn(options, flag.slice(2)));

/** The option that `--dryrun` or `--dry` stands for; npm accepts the beginning of a name, too. */
function correct(word: string, options: OptionTypes): string {
  const name = /^--(.+)$/.exec(word)?.[1];
  if (name === undefined || Object.hasOwn(options, name)) return word;
  const names = Object.keys(options);
  const begun = names.filter((each) => each.startsWith(name));
  const meant = begun.length === 1 ? begun[0] : nearest(name, names);
  return meant === undefined ? word : `--${meant}`;
}

/** npm puts an option into the environment as `true`, or with its value after `=`; after a space it remains a word. */
function findInferred(
  args: readonly string[],
  options: OptionTypes,
  env: NodeJS.ProcessEnv,
  settings: ReadonlyMap<string, readonly string[]>,
): Kept | null {
  const names = Object.keys(options).filter((name) => name !== 'cache' && name !== 'help'); // cache is always there
  const words = [...args];
  const flags: string[] = [];
  const lines: string[] = [];
  const found: string[] = [];
  if (env['npm_config_yes'] === '' && !settings.has('yes') && 'dry-run' in options) {
    flags.push('-n'); // to npm it is --no-yes
    found.push('npm_config_yes=');
    lines.push('-n');
  }
  for (const [key, value = ''] of Object.entries(env)) {
    if (!key.startsWith(PREFIX) || value === '' || value === 'false') continue;
    const given = key.slice(PREFIX.length).replaceAll('_', '-');
    const name = names.includes(given) ? given : nearest(given, names);
    if (name === undefined || settings.get(given)?.includes(value)) continue;
    flags.push(`--${given}`);
    found.push(`${key}=${value.split('\n')[0]}`);
    lines.push(`--${name}`);
    if (options[name]!.type === 'boolean') continue;
    if (/^(true\n*)+$/.test(value)) lines.splice(-1, 1, ...takeValues(name, words));
    else lines.push(value);
  }
  if (flags.length === 0) return null;
  const why = `: ${found.join(' ')} is in the environment and in no .npmrc`;
  return { flags, words: [...words, ...lines], why };
}

/** Removes those of `words` that look like values of the option, and returns them. */
function takeValues(name: string, words: string[]): string[] {
  const fits = name === 'set' ? /=/ : name === 'jobs' || name === 'keep' ? /^\d+$/ : /[./]/;
  const found = words.filter((word) => fits.test(word)).slice(0, name === 'set' ? undefined : 1);
  for (const word of found) words.splice(words.indexOf(word), 1);
  const values = found.length > 0 ? found : [name === 'set' ? 'STAGE.PARAM=VALUE' : name.toUpperCase()];
  return values.flatMap((value) => [`--${name}`, value]);
}

/** Quoted as one word for a shell. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
