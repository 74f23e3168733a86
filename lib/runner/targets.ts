/** The stages that a command line names. */
import type { Options } from './options.ts';
import type { Pipeline } from './pipeline.ts';
import { ConfigurationError, suggest } from './problem.ts';

/** Throws a ConfigurationError that names every target that is no stage. */
export function checkTargets({ command, targets }: Options, { stages }: Pipeline): void {
  const problems = targets
    .filter((target) => !stages.has(target))
    .map((target) => ({
      place: `${command} ${target}`,
      message: `there is no stage "${target}"`,
      hint: suggest(target, [...stages.keys()], 'stages'),
    }));
  if (problems.length > 0) throw new ConfigurationError(problems);
}
