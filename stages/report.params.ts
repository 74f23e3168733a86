import { object, text } from '../lib/runner/schema.ts';

export const params = object({
  /** The text of pipeline.yaml, from the runner. */
  pipeline_yaml: text({ default: '' }),
  /** JSON of the records of all stages that the page is made from, from the runner. */
  made_by: text({ default: '{}' }),
});

/** The runner fills both in. */
export const provenance = true;
