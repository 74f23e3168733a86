/**
 * `npm run tensorflow:link -- --python PATH`: builds the binding of @tensorflow/tfjs-node-gpu against the TensorFlow
 * that a Python environment has, for machines that cannot download the package's own library or whose GPU is newer than
 * that. The binding is two C++ files on TensorFlow's C interface: one call of the C++ compiler builds it, without
 * node-gyp or downloads. The library stays in the Python environment, where it finds the CUDA libraries beside it.
 */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../lib/files/failure.ts';
import { writeWhole } from '../lib/files/whole-file.ts';
import { nodeApiHeaders } from '../lib/engines/kernel/native/build.ts';
import { packageFolder, reportBackend } from '../lib/engines/tensorflow/library.ts';
import { runCommand } from './command.ts';
import { readOptions, wrongLine } from './options.ts';

const run = promisify(execFile);

// The newest version of Node-API that the package knows. The package looks for the binding in the folder of that name.
const NODE_API_VERSION = 8;
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];
const LIBRARIES: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  darwin: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
};

/** The folder of the tensorflow module of this Python, found without importing it. */
async function tensorflowFolder(python: string): Promise<string> {
  const script =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(*(s.submodule_search_locations if s else []))";
  const { stdout } = await run(python, ['-c', script]).catch((error: Error) => {
    throw new Failure(
      `--python ${python}: does not run: ${error.message.split('\n')[0]}`,
      'give the interpreter of the environment, such as ~/venv/bin/python',
    );
  });
  if (stdout.trim()) return stdout.trim();
  throw new Failure(
    `--python ${python}: has no module tensorflow`,
    `install it there: ${python} -m pip install tensorflow (tensorflow[and-cuda] for a GPU)`,
  );
}

async function findLibraries(folder: string): Promise<string[]> {
  const names = LIBRARIES[process.platform];
  if (!names) throw new Failure(`${process.platform}: linking works on Linux and macOS only`);
  const paths = names.map((name) => join(folder, name));
  for (const path of [...paths, join(folder, 'include/tensorflow/c/eager/c_api.h')])
    await access(path).catch(() => {
      throw new Failure(`${path} is missing`, 'a wheel of TensorFlow 2.9 or newer from PyPI has it');
    });
  return paths;
}

/** The first of $CXX, c++, g++ and clang++ that works. */
async function findCompiler(): Promise<string> {
  const candidates = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name) => name !== undefined);
  for (const candidate of candidates)
    if (await run(candidate, ['--version']).catch(() => null)) return candidate;
  throw new Failure(`no C++ compiler (tried ${candidates.join(', ')})`, 'install g++ or clang++');
}

async function compile(folder: string, libraries: readonly string[], binding: string): Promise<void> {
  const compiler = await findCompiler();
  const root = packageFolder();
  const args = [
    ...['-std=c++17', '-O2', '-w', '-fPIC', `-DNAPI_VERSION=${NODE_API_VERSION}`],
    ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
    ...[nodeApiHeaders, join(folder, 'include')].map((include) => `-I${include}`),
    ...SOURCES.map((name) => join(root, 'binding', name)),
    ...libraries,
    `-Wl,-rpath,${folder}`,
  ];
  await writeWhole(binding, async (partial) => {
    await run(compiler, [...args, '-o', partial]).catch((error: Error & { stderr?: string }) => {
      throw new Failure(
        `the binding does not compile with ${compiler}:\n${(error.stderr ?? error.message).trim()}`,
        'name another compiler in CXX',
      );
    });
  });
}

const EXAMPLE = 'npm run tensorflow:link -- --python ~/venv/bin/python';
const HELP = `Binds @tensorflow/tfjs-node-gpu to the TensorFlow of a Python environment: for machines that cannot download
the package's own library, or whose GPU is newer than that. Needs a C++ compiler.

  ${EXAMPLE}

  --python PYTHON   the interpreter of the environment
  -h, --help        this text
`;

const OPTIONS = {
  python: { type: 'string', example: '~/venv/bin/python' },
  help: { type: 'boolean', short: 'h' },
} as const;

await runCommand(async (args, env) => {
  const { python, help } = readOptions('tensorflow:link', args, OPTIONS, env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (python === undefined) throw wrongLine('--python', 'is missing: which Python has TensorFlow?', EXAMPLE);
  const folder = await tensorflowFolder(python);
  const libraries = await findLibraries(folder);
  const lib = join(packageFolder(), 'lib', `napi-v${NODE_API_VERSION}`);
  const binding = join(lib, 'tfjs_binding.node');
  await compile(folder, libraries, binding);
  console.log(`linked to ${folder}`);
  await reportBackend(`remove ${binding} to go back to WebAssembly, or link another TensorFlow`);
  return 0;
});
