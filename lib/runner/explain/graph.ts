/** The stages as a Mermaid graph: GitHub and many editors draw it. */
import type { Pipeline } from '../config/stage-definition.ts';

export function drawGraph({ stages }: Pipeline): string {
  const lines = [...stages.values()].flatMap(({ name, needs }) =>
    needs.length === 0 ? [`  ${name}`] : needs.map((need) => `  ${need} --> ${name}`),
  );
  return ['graph LR', ...lines].join('\n');
}
