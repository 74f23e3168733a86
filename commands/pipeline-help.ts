/** What `--help` prints. */
import type { Command } from './pipeline-options.ts';

const EVERYWHERE = `
  --set STAGE.PARAM=VALUE  another value for one param, as YAML; repeatable
  --file F                 another file than pipeline.yaml
  --artifacts DIR          where the stage folders are (default: artifacts/). Any other folder remembers
                           --set, --file and --cache, so that later commands need not repeat them
  --cache DIR              where results are kept for later (default: .cache/)
  --as-written             ignore what the folder remembers
  -h, --help               this text`;

const JSON_TOO = `
  --json                   print events for programs, one JSON object per line (docs/interop.md)`;

const PIPELINE = `Brings the stages of pipeline.yaml up to date. Fresh stages are left alone, known results are restored from the
cache, and all other stages run in order, independent ones side by side. Training that was stopped continues.

  npm run pipeline                             all stages
  npm run pipeline -- svd fourier              these, and the stages they need
  npm run pipeline -- svd --only               this one alone, with what is in artifacts/
  npm run pipeline -- svd --force              this one even if it is fresh; without a name, all
  npm run pipeline -- --set train.seed=1       one number changed, for this run
  npm run plan -- svd                          what would happen, and why (or: --dry-run)

Write options after "--": npm takes those before it for itself.

  --only                   only the named stages, without those they need
  -f, --force              run even fresh stages
  -n, --dry-run            say what would run, be restored or stay, and why
  -k, --keep-going         after a failure, continue with stages that do not need the failed one
  -j, --jobs N             stages side by side (default: 2)${JSON_TOO}${EVERYWHERE}

Exit codes: 0 done, 1 a stage failed, 2 the configuration or the command line is wrong,
130 and 143 interrupted by SIGINT and SIGTERM.
`;

const PLAN = `Says what \`npm run pipeline\` with the same arguments would run, restore or leave alone, and why. Runs nothing.

  npm run plan
  npm run plan -- svd --set train.seed=1

Its options are those of \`npm run pipeline -- --help\`.
`;

const STATUS = `Says for each stage whether it is fresh, stale (and which field of its key changed), missing or running.

  npm run status
  npm run status -- svd                        this stage, and what it needs
${JSON_TOO}${EVERYWHERE}
`;

const EXPLAIN = `Prints the whole key of a stage, why the stage last ran, and what has changed since. For a file: the stage that
wrote it, when and where, and its key.

  npm run explain -- train
  npm run explain -- artifacts/svd/summary.json
${EVERYWHERE}
`;

const GRAPH = `Prints the stages as a Mermaid graph.

  npm run graph
${EVERYWHERE}
`;

const VERIFY = `Reads every stored byte, in the cache and in the stage folders. Removes damaged files from the cache, so that they
are made again when needed. Exit code 1 if anything is damaged.

  npm run verify
${JSON_TOO}${EVERYWHERE}
`;

const GC = `Deletes old results from the cache. Keeps what any folder in artifacts/ holds, the newest few of each stage, and files
younger than an hour.

  npm run gc -- --dry-run

  --keep N                 newest results of each stage to keep, beside those in artifacts/ (default: 3)
  -n, --dry-run            only say what would be deleted${JSON_TOO}${EVERYWHERE}
`;

export const HELP: Readonly<Record<Command, string>> = {
  pipeline: PIPELINE,
  plan: PLAN,
  status: STATUS,
  explain: EXPLAIN,
  graph: GRAPH,
  verify: VERIFY,
  gc: GC,
};
