/** npm's own settings, from its files and its environment. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The prefix of settings in the environment. */
export const PREFIX = 'npm_config_';

/**
 * All values of each setting: from the npmrc of the project, of the user, of the system and of npm itself, and from
 * `started`, the environment that npm was started with.
 */
export function readSettings(
  env: NodeJS.ProcessEnv,
  started: NodeJS.ProcessEnv | null,
): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const key = name.toLowerCase().replaceAll('_', '-');
    settings.set(key, [...(settings.get(key) ?? []), value]);
  };
  const files = [
    env['npm_config_local_prefix'] && join(env['npm_config_local_prefix'], '.npmrc'),
    env['npm_config_userconfig'],
    env['npm_config_globalconfig'],
    env['npm_execpath'] && join(dirname(env['npm_execpath']), '../npmrc'),
  ];
  for (const file of files) {
    const lines = file ? readLines(file) : [];
    for (const line of lines) {
      const [, name, value = 'true'] = /^\s*([\w-]+)\s*(?:=\s*(.*?)\s*)?$/.exec(line) ?? [];
      if (name !== undefined) add(name, value.replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  for (const [key, value = ''] of Object.entries(started ?? {}))
    if (key.toLowerCase().startsWith(PREFIX)) add(key.slice(PREFIX.length), value);
  return settings;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}
