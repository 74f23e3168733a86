/** What `--help` prints. */
import type { Command } from './pipeline-options.ts';

const EVERYWHERE = `
  --set STAGE.PARAM=VALUE  another value for one param, as YAML; repeatable
  --file F                 another pipeline than pipeline.yaml
  --artifacts DIR          where the stage folders are (default: artifacts/); another folder than that
                           remembers --set, --file and --cache, so that later commands need not repeat them
  --cache DIR              where results are kept for later (default: .cache/)
  --as-written             drop what that folder remembers: follow pipeline.yaml, and the options given here
  -h, --help               this text`;

const JSON_TOO = `
  --json                   events for programs on standard output, one JSON object a line`;

const PIPELINE = `Brings the stages of pipeline.yaml up to date: what is fresh is left alone, what was made before is
restored from the cache, the rest runs, in order, independent stages side by side.

  npm run pipeline                             all stages
  npm run pipeline -- svd fourier              these, and whatever stale they need
  npm run pipeline -- svd --only               these alone, on what stands in artifacts/
  npm run pipeline -- svd --force              run these even if fresh; with no name, all
  npm run pipeline -- --set train.seed=1       one number changed, for this run
  npm run plan -- svd                          what would happen, and why: the same with --dry-run

Options stand after "--": npm keeps for itself what stands before it.

  --only                   the named stages alone, without what they need
  -f, --force              run even what is fresh
  -n, --dry-run            say what would run, be restored or stay, and why
  -k, --keep-going         after a failure go on with what does not need the failed stage
  -j, --jobs N             stages side by side (default: 2)${JSON_TOO}${EVERYWHERE}

With --json every line is an object with a "type" and a "stage":
  begin     why it is not fresh (why: list of text)
  progress  action (running, checking, storing, restoring), done, total (steps, or bytes), note
  say       a line that the stage gave (line)        note   something worth knowing (text)
  end       outcome (fresh, restored, ran, failed, skipped), seconds, why, detail (what failed, what to do)
With --dry-run, and in status: plan, with action (fresh, restore, run, follow, missing), why, exists, running.
From verify: verify, with records, objects, bytes, damage (lines). From gc: gc, with dryRun, records, objects, bytes.

Exit codes: 0 done, 1 a stage failed, 2 the configuration or the command line is wrong,
130 and 143 interrupted by SIGINT and SIGTERM.
`;

const PLAN = `Says what \`npm run pipeline\` with the same words would run, restore or leave alone, and why. Does none of it.

  npm run plan
  npm run plan -- svd --set train.seed=1

Its options are those of \`npm run pipeline -- --help\`.
`;

const STATUS = `Says for every stage whether it is fresh, stale (and which field of its key changed), missing or running.

  npm run status
  npm run status -- svd                        this stage, and what it needs
${JSON_TOO}${EVERYWHERE}
`;

const EXPLAIN = `Prints the whole key of a stage, and what in it is not as it was when the stage folder was made. Of a file, which
stage wrote it, when and where, and from what: its key.

  npm run explain -- train
  npm run explain -- artifacts/svd/summary.json
${EVERYWHERE}
`;

const GRAPH = `Prints the stages as a Mermaid graph.

  npm run graph
${EVERYWHERE}
`;

const VERIFY = `Reads every stored byte, in the cache and in the stage folders. What is damaged in the cache is removed, so that
it is made again when it is needed. Exit code 1 where anything is damaged.

  npm run verify
${JSON_TOO}${EVERYWHERE}
`;

const GC = `Drops results from the cache that the last runs do not need. What is younger than an hour stays.

  npm run gc -- --dry-run

  --keep N                 newest results of each stage to keep, beside what is in artifacts/ and below (default: 3)
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
