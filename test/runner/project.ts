// A small project in a temporary folder, and the real runner on it as users start it.
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPipelineCommand } from '../../commands/pipeline-command.ts';
import { collect, runInProcess, withoutNpm, type Finished } from '../in-process.ts';
import { loader } from '../loader.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const main = join(repository, 'commands/pipeline.ts');

// Copies its params and whatever it needs into result.txt; a line in runs.txt, outside of the project's view, counts it.
const STAGE = `
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { stage } from '../lib/runner/stage.ts';
import { render } from '../lib/render.ts';
import { params } from './NAME.params.ts';
const runs = process.argv[1]!.replace(/stages[^]*/, 'runs/');
await stage(params, async ({ params, needs, out, resume_dir, progress, say, show }) => {
  appendFileSync(runs + 'NAME', '.');
  const read = Object.entries(needs).map(([need, folder]) =>
    readdirSync(folder).map((file) => need + ' ' + readFileSync(folder + '/' + file, 'utf8')).join(''));
  BODY
  writeFileSync(out + '/result.txt', render(params.n, read));
});
`;

const PARAMS = `
import { integer, list, nullable, number, choice, file, object } from '../lib/runner/schema.ts';
export const params = object({
  n: integer({ default: 1, min: 0 }),
  size: integer({ default: 3, min: 3 }),
  rate: number({ default: 0.5, above: 0, below: 1 }),
  kind: choice(['add', 'subtract'], { default: 'add' }),
  pair: list(integer({ min: 0 }), { default: [0, 5], length: 2 }),
  input: nullable(file(), { default: null }),
  model: nullable(file({ folderOf: ['model.bin', 'history.bin'] }), { default: null }),
  kinds: list(choice(['add', 'subtract']), { default: ['add'] }),
});
`;

/** What stages import of the project's own. */
const LIBRARY = [
  'lib/files/failure.ts',
  'lib/files/short-path.ts',
  'lib/files/visible.ts',
  'lib/runner/schema.ts',
  'lib/runner/stage.ts',
];

/** Who starts the runner, and modules that it loads first. */
interface Start {
  readonly uid?: number;
  readonly gid?: number;
  readonly preload?: readonly string[];
}

/** A stage of the temporary project: what its body does before it writes result.txt, and extra lines of its params file. */
interface Body {
  readonly body?: string;
  readonly params?: string;
}

export class Project {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** `yaml` is the text of pipeline.yaml; `stages` are the scripts to make. */
  static async create<P extends Project>(
    this: new (root: string) => P,
    yaml: string,
    stages: Readonly<Record<string, Body>>,
  ): Promise<P> {
    const project = new this(await realpath(await mkdtemp(join(tmpdir(), 'grokscope-runner-'))));
    await mkdir(join(project.root, 'runs'));
    await cp(join(repository, 'package-lock.json'), join(project.root, 'package-lock.json'));
    await project.write('package.json', '{ "type": "module" }');
    await project.writeLibrary();
    await project.write('pipeline.yaml', yaml);
    for (const [name, body] of Object.entries(stages)) await project.writeStage(name, body);
    return project;
  }

  /** What stages import. */
  protected async writeLibrary(): Promise<void> {
    for (const file of LIBRARY) await cp(join(repository, file), join(this.root, file));
    await symlink(join(repository, 'node_modules'), join(this.root, 'node_modules'));
    await this.write(
      'lib/render.ts',
      'export const render = (n: number, read: string[]) => n + "\\n" + read.join("");\n',
    );
  }

  async writeStage(name: string, { body = '', params = '' }: Body): Promise<void> {
    await this.write(
      `stages/${name}.ts`,
      STAGE.replaceAll('NAME', name).replace('BODY', () => body),
    );
    await this.write(`stages/${name}.params.ts`, PARAMS + params);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), text);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  /** How often a stage has run. */
  async runs(stage: string): Promise<number> {
    return (await this.read(`runs/${stage}`).catch(() => '')).length;
  }

  /** Every stage folder's files by content. */
  async artifacts(): Promise<Record<string, string>> {
    const entries = await readdir(join(this.root, 'artifacts'), { recursive: true, withFileTypes: true });
    const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
    const visible = files.filter((path) => !path.includes('/.runs/')).sort();
    const read = visible.map(
      async (path) => [path.slice(this.root.length), await readFile(path, 'utf8')] as const,
    );
    return Object.fromEntries(await Promise.all(read));
  }

  protected openRunner(): Promise<typeof runPipelineCommand> {
    return Promise.resolve(runPipelineCommand);
  }

  /** What Node starts the runner with. */
  protected command(): string[] {
    return ['--import', loader, main];
  }

  /** Starts the runner. Its own process group stays that of the test, so that a hanging one dies with it. */
  start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { preload = [], ...user }: Start = {},
  ): { child: ChildProcess; finished: Promise<Finished> } {
    const imports = preload.flatMap((url) => ['--import', url]);
    const child = spawn(process.execPath, [...imports, ...this.command(), ...args], {
      ...user,
      cwd: this.root,
      env: { ...withoutNpm(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    const finished = new Promise<Finished>((resolve) =>
      child.on('close', (code) => resolve({ code, out: out(), err: err() })),
    );
    return { child, finished };
  }

  /** Carries out a command in this process. */
  async run(...args: string[]): Promise<Finished> {
    return runInProcess(this.root, args, await this.openRunner());
  }

  pipeline(...args: string[]): Promise<Finished> {
    return this.run('pipeline', ...args);
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The state of each stage in a run's output: `{ a: 'fresh', b: 'ran' }`. */
export function outcomes({ out }: Finished): Record<string, string> {
  const lines = [
    ...out.matchAll(/^(\w+) +(fresh|restored|ran|failed|skipped|would \w+(?: \w+)?|stale|missing|running)/gm),
  ];
  return Object.fromEntries(lines.map(([, stage, state]) => [stage!, state!]));
}
