/** The graph of stages: their order, and what a target needs. */
import { suggest } from '../../files/problem.ts';
import type { Source, Span } from '../../files/yaml.ts';

interface Node {
  readonly name: string;
  readonly needs: readonly { readonly name: string; readonly span: Span }[];
}

/**
 * Sorts the nodes so that each comes after all that it needs, and otherwise keeps the order of the file. Reports needs
 * that do not exist, and cycles, at their places.
 */
export function sortStages<T extends Node>(nodes: readonly T[], source: Source): T[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const sorted: T[] = [];
  const done = new Set<string>();
  const visit = (node: T, path: readonly string[]): void => {
    if (done.has(node.name)) return;
    const trail = [...path, node.name];
    for (const { name, span } of node.needs) {
      const need = byName.get(name);
      if (!need)
        source.report(span, `there is no stage "${name}"`, suggest(name, [...byName.keys()], 'stages'));
      else if (trail.includes(name)) {
        const cycle = [...trail.slice(trail.indexOf(name)), name].join(' -> ');
        source.report(span, `the stages need each other in a cycle: ${cycle}`);
      } else visit(need, trail);
    }
    done.add(node.name);
    sorted.push(node);
  };
  for (const node of nodes) visit(node, []);
  return sorted;
}

/** `targets` and everything they need, directly or not. */
export function withNeeds(
  stages: ReadonlyMap<string, { readonly needs: readonly string[] }>,
  targets: Iterable<string>,
): Set<string> {
  const chosen = new Set<string>();
  const visit = (name: string): void => {
    if (chosen.has(name)) return;
    chosen.add(name);
    stages.get(name)?.needs.forEach(visit);
  };
  for (const name of targets) visit(name);
  return chosen;
}
