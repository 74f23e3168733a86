// Draws outcomes of runs over two axes: one cell per pair of values.
import type { PhaseMap, Table } from './figure.ts';
import { createFrame } from './frame.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { TEXT_SIZE } from './style.ts';

/** Pale, so that the black numbers can be read; the same in the dark, as the numbers are. */
const COLOURS = ['#d9d9d9', '#f6c667', '#7fb8dd', '#b6d7a8'];
const CELL = { width: 96, height: 56 };

export function drawPhaseMap({ title, subtitle, x, y, phases, runs }: PhaseMap): Drawing {
  const cells = x.names.flatMap((_, column) =>
    y.names.flatMap((_, row) => {
      const here = runs.filter((run) => run.column === column && run.row === row);
      if (here.length === 0) return [];
      const counts = phases.map((_, phase) => here.filter((run) => run.phase === phase).length);
      const phase = counts.lastIndexOf(Math.max(...counts));
      const words = `${counts[phase]} of ${here.length}`;
      return [
        { x1: column - 0.5, x2: column + 0.5, y1: row - 0.5, y2: row + 0.5, column, row, phase, words },
      ];
    }),
  );
  const ticks = (names: readonly string[]) => names.map((name, at) => ({ at, name }));
  const width = 90 + CELL.width * x.names.length;
  const frame = createFrame({
    width,
    height: CELL.height * y.names.length,
    x: { label: x.label, domain: [-0.5, x.names.length - 0.5], ticks: ticks(x.names) },
    y: { label: y.label, domain: [-0.5, y.names.length - 0.5], ticks: ticks(y.names) },
  });
  const places = { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2' };
  const panel = drawPanel({
    ...frame.options,
    marks: [
      ...frame.back,
      ...phases.map((_, i) =>
        Plot.rect(
          cells.filter(({ phase }) => phase === i),
          { ...places, fill: COLOURS[i]!, stroke: 'white', strokeWidth: 1.5 },
        ),
      ),
      Plot.text(cells, { x: 'column', y: 'row', text: 'words', fill: 'black', fontSize: TEXT_SIZE }),
    ],
  });
  const legend = phases.map((name, i) => ({ name, colour: COLOURS[i]!, mark: 'square' as const }));
  return composeFigure({ title, subtitle, legend, panels: [panel] });
}

/** One row per run, with its place and its phase in words. */
export function phaseMapTable({ x, y, phases, runs, names }: PhaseMap): Table {
  return {
    columns: {
      [names.x]: runs.map(({ column }) => x.names[column]!),
      [names.y]: runs.map(({ row }) => y.names[row]!),
      phase: runs.map(({ phase }) => phases[phase]!),
    },
  };
}
