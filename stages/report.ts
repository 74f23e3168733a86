// report: the explorer, one page that shows the run and what is in the network.
// Reads the folders of all stages that are among its needs; dataset and train must be. Writes index.html, which opens
// from the file system and fetches nothing; its links lead to the files beside it, ../<stage>/<figure>.svg and so on.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportSummary } from '../lib/artifacts/report.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { buildPage } from '../lib/report/build.ts';
import { collect } from '../lib/report/collect.ts';
import type { MadeBy } from '../lib/report/data.ts';
import { stage } from '../lib/runner/stage.ts';
import { params } from './report.params.ts';

await stage(params, async ({ params, needs, out, progress, say }) => {
  const { data, blocks, flaws } = await collect(needs);
  for (const flaw of flaws) say(flaw);
  progress(1, 2, 'page');
  const { pipeline_yaml } = params;
  const page = await buildPage(
    { ...data, pipeline_yaml, made_by: JSON.parse(params.made_by) as MadeBy },
    blocks,
  );
  await writeFile(join(out, 'index.html'), page);
  await writeSummary(out, reportSummary, {
    p: data.config.p,
    bytes: Buffer.byteLength(page),
    snapshots: data.snapshots,
    figures: data.figures.length,
    stages: Object.keys(needs),
  });
});
