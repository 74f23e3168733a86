// The same runner for tests that start it hundreds of times: bundled once and started by Node itself, with stages that
// are plain JavaScript, as translating TypeScript costs most of a start.
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { runPipelineCommand } from '../../commands/pipeline-command.ts';
import { Project, repository } from './project.ts';

/** A stage's body gets { params, read, out, resume_dir, progress, say, runs } and writes what it likes. */
const STAGE = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { stage } from '../lib/runner/stage.mjs';
import { params } from './NAME.params.mjs';
const runs = process.argv[1].replace(/stages[^]*/, 'runs/');
await stage(params, async ({ params, needs, out, resume_dir, progress, say }) => {
  appendFileSync(runs + 'NAME', '.');
  const read = Object.entries(needs).map(([need, folder]) =>
    need + ' ' + readFileSync(folder + '/result.txt', 'utf8')).join('');
  BODY
  writeFileSync(out + '/result.txt', params.n + '\\n' + read);
});
`;

const PARAMS = `
import { integer, object } from '../lib/runner/schema.mjs';
export const params = object({ n: integer({ default: 1, min: 0 }) });
`;

/** The runner's files by name, as they are on `platform`. */
async function buildBundle(platform: string): Promise<Map<string, string>> {
  const lib = join(repository, 'lib/runner');
  // What is CommonJS among the runner's packages asks for modules of Node by require; what stages import has no such.
  const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  const entry = (out: string, path: string): { in: string; out: string } => ({
    in: join(repository, path),
    out,
  });
  const builds = [
    {
      entryPoints: [entry('main', 'commands/pipeline.ts'), entry('command', 'commands/pipeline-command.ts')],
      banner: { js: banner },
    },
    { entryPoints: [entry('stage', 'lib/runner/stage.ts'), entry('schema', 'lib/runner/schema.ts')] },
  ];
  const building = builds.map((each) =>
    build({
      ...each,
      outdir: lib,
      outExtension: { '.js': '.mjs' },
      write: false,
      bundle: true,
      splitting: true,
      define: { 'process.platform': JSON.stringify(platform) },
      platform: 'node',
      format: 'esm',
      external: ['zx', 'esbuild'],
    }),
  );
  const outputFiles = (await Promise.all(building)).flatMap(({ outputFiles }) => outputFiles);
  return new Map(outputFiles.map(({ path, text }) => [path.slice(lib.length + 1), text]));
}

const bundles = new Map<string, Promise<Map<string, string>>>();

export class SwiftProject extends Project {
  protected get platform(): string {
    return process.platform;
  }

  protected override async writeLibrary(): Promise<void> {
    const bundle = bundles.get(this.platform) ?? buildBundle(this.platform);
    bundles.set(this.platform, bundle);
    for (const [name, text] of await bundle) await this.write(`lib/runner/${name}`, text);
    await cp(join(repository, 'lib/runner/code/loader.mjs'), join(this.root, 'lib/code/loader.mjs')); // ../code of the bundle
    await mkdir(join(this.root, 'node_modules'), { recursive: true });
    for (const name of ['zx', 'esbuild'])
      await symlink(join(repository, 'node_modules', name), join(this.root, 'node_modules', name));
  }

  override async writeStage(name: string, { body = '' }: { readonly body?: string }): Promise<void> {
    await this.write(
      `stages/${name}.mjs`,
      STAGE.replaceAll('NAME', name).replace('BODY', () => body),
    );
    await this.write(`stages/${name}.params.mjs`, PARAMS);
  }

  protected override async openRunner(): Promise<typeof runPipelineCommand> {
    const url = pathToFileURL(join(this.root, 'lib/runner/command.mjs')).href;
    return ((await import(url)) as { runPipelineCommand: typeof runPipelineCommand }).runPipelineCommand;
  }

  protected override command(): string[] {
    return [join(this.root, 'lib/runner/main.mjs')];
  }
}

/** As it is on macOS, where the kernel tells of other processes by `ps` alone. */
export class MacProject extends SwiftProject {
  protected override get platform(): string {
    return 'darwin';
  }
}
