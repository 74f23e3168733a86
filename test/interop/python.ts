// Runs Python scripts, those of this folder and the examples, where there is a Python with the packages they need: GROKSCOPE_PYTHON, or python3.
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const python = process.env.GROKSCOPE_PYTHON ?? 'python3';

/** For a test's `skip`: false where Python has all of these packages, else which is missing. */
export function missing(...packages: string[]): string | false {
  const script = `import importlib.util as i, sys; print(*[p for p in sys.argv[1:] if not i.find_spec(p)])`;
  const { status, stdout } = spawnSync(python, ['-c', script, ...packages], { encoding: 'utf8' });
  if (status !== 0) return `no Python: ${python} does not run (set GROKSCOPE_PYTHON)`;
  return stdout.trim() === '' ? false : `${python} has no ${stdout.trim()} (set GROKSCOPE_PYTHON)`;
}

/** Runs test/interop/<script>.py and parses the JSON that it prints. */
export async function runPython(script: string, ...args: string[]): Promise<unknown> {
  return JSON.parse(await runPythonFile(fileURLToPath(new URL(`${script}.py`, import.meta.url)), ...args));
}

/** What the script prints. It leaves no compiled modules behind. */
export async function runPythonFile(path: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(python, ['-B', '-W', 'ignore', path, ...args]);
  return stdout;
}
