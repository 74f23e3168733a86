/** `slurm:` of a sweep: options for sbatch. */
import { show, suggest } from '../../files/problem.ts';
import type { Entry, Source } from '../../files/yaml.ts';

export interface SlurmSettings {
  readonly partition?: string;
  /** In Slurm's form: `2:00:00`, or minutes. */
  readonly time?: string;
  /** Of one task, in Slurm's form: `2G`. */
  readonly memory?: string;
  readonly account?: string;
  /** Cores of one task, which are also its threads; 1 by default. */
  readonly cpus?: number;
  /** Further options of sbatch, passed on unchanged: `--constraint=avx512`. */
  readonly flags?: readonly string[];
}

const WORDS = ['partition', 'time', 'memory', 'account'];
const KEYS = [...WORDS, 'cpus', 'flags'];

export function readSlurmSettings(source: Source, entry: Entry | undefined): SlurmSettings {
  const entries = entry ? (source.entries(entry.value, entry.span, 'slurm') ?? []) : [];
  const settings: Record<string, unknown> = {};
  for (const { key, keySpan, value, span } of entries) {
    const data = source.data(value);
    if (!KEYS.includes(key)) source.report(keySpan, `slurm has no "${key}"`, suggest(key, KEYS, 'settings'));
    else if (key === 'flags')
      settings[key] = (source.items(value, span, key) ?? []).map((item) => {
        if (typeof item.data !== 'string' || !item.data.startsWith('-'))
          source.report(item.span, `flags must list options of sbatch, got ${show(item.data)}`);
        return item.data;
      });
    else if (key === 'cpus' && !(Number.isSafeInteger(data) && (data as number) >= 1))
      source.report(span, `cpus must be a whole number of at least 1, got ${show(data)}`);
    else if (WORDS.includes(key) && typeof data !== 'string' && typeof data !== 'number')
      source.report(span, `${key} must be text, got ${show(data)}`);
    else settings[key] = key === 'cpus' ? data : String(data);
  }
  return settings;
}
