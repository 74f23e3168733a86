/** What `--help` prints. */
import type { Command } from './options.ts';

const EVERYWHERE = `
  --set STAGE.PARAM=VALUE  another value for one param, as YAML; repeatable
  --file F                 another pipeline than pipeline.yaml
  --artifacts DIR          where the stage folders are (default: artifacts/)
  --cache DIR              where results are kept for later (default: .cache/)
  --json                   events for programs on standard output, one JSON object a line
  -h, --help               this text`;

const PIPELINE = `Brings the stages of pipeline.yaml up to date: what is fresh is left alone, what was made before is
restored from the cache, the rest runs, in order, independent stages side by side.

  npm run pipeline                             all stages
  npm run pipeline -- svd fourier              these, and whatever stale they need
  npm run pipeline -- svd --only               these alone, on what stands in artifacts/
  npm run pipeline -- svd --force              run these even if fresh; with no name, all
  npm run pipeline -- --set train.seed=1       one number changed, for this run
  npm run pipeline -- --dry-run                what would happen, and why

Options stand after "--", else npm keeps them for itself.

  --only                   the named stages alone, without what they need
  -f, --force              run even what is fresh
  -n, --dry-run            say what would run, be restored or stay, and why
  -k, --keep-going         after a failure go on with what does not need the failed stage
  -j, --jobs N             stages side by side (default: 2)${EVERYWHERE}

Exit codes: 0 done, 1 a stage failed, 2 the configuration or the command line is wrong,
130 and 143 interrupted by SIGINT and SIGTERM.
`;

const STATUS = `Says for every stage whether it is fresh, stale (and which field of its key changed), missing or running.

  npm run status
  npm run status -- svd                        this stage, and what it needs
${EVERYWHERE}
`;

export const HELP: Readonly<Record<Command, string>> = { pipeline: PIPELINE, status: STATUS };
