/** What `--help` prints. */
import type { Command } from './pipeline-options.ts';

const EVERYWHERE = `
  --set STAGE.PARAM=VALUE  another value for one param, as YAML; repeatable
  --file F                 another pipeline than pipeline.yaml
  --artifacts DIR          where the stage folders are (default: artifacts/); any other folder remembers
                           --set, --file and --cache, so that later commands need not repeat them
  --cache DIR              where results are kept for later (default: .cache/)
  --as-written             ignore what that folder remembers: only pipeline.yaml and the options here count
  -h, --help               this text`;

const JSON_TOO = `
  --json                   events for programs on standard output, one JSON object a line`;

const PIPELINE = `Brings the stages of pipeline.yaml up to date. Fresh stages are left alone, known results are restored from
the cache, and all other stages run in order, independent ones side by side.

  npm run pipeline                             all stages
  npm run pipeline -- svd fourier              these, and the stale stages they need
  npm run pipeline -- svd --only               these alone, with what is in artifacts/
  npm run pipeline -- svd --force              run these even if fresh; with no name, all
  npm run pipeline -- --set train.seed=1       one number changed, for this run
  npm run plan -- svd                          what would happen, and why: the same with --dry-run

Write options after "--": npm takes those before it for itself.

  --only                   only the named stages, without those they need
  -f, --force              run even fresh stages
  -n, --dry-run            say what would run, be restored or stay, and why
  -k, --keep-going         after a failure go on with stages that do not need the failed one
  -j, --jobs N             stages side by side (default: 2)${JSON_TOO}${EVERYWHERE}

With --json every line is an object with a "type" and a "stage":
  begin     why the stage is not fresh (why: list of text)
  progress  action (running, checking, storing, restoring), done, total (steps, or bytes), note
  say       a line from the stage (line)             note   a line from the runner (text)
  end       outcome (fresh, restored, ran, failed, skipped), seconds, why, detail (what failed, what to do)
With --dry-run, and in status: plan, with action (fresh, restore, run, follow, missing), why, exists, running.
From verify: verify, with records, objects, bytes, damage (lines). From gc: gc, with dryRun, records, objects, bytes.

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

const EXPLAIN = `Prints the whole key of a stage, and what has changed in it since the stage folder was made. For a file: the stage
that wrote it, when and where, and the key that decided its bytes.

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

const GC = `Deletes old results from the cache. Keeps those in and below artifacts/, the newest few of each stage, and files
younger than an hour.

  npm run gc -- --dry-run

  --keep N                 newest results of each stage to keep, beside those in artifacts/ (default: 3)
  -n, --dry-run            say what would go${JSON_TOO}${EVERYWHERE}
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
