// Draws a figure of any kind, and gives its numbers as a table.
import { barsTable, drawBars } from './bars.ts';
import { criteriaTable, drawCriteria } from './criteria.ts';
import { curveBundleTable, drawCurveBundle } from './curve-bundle.ts';
import type { Figure, Table } from './figure.ts';
import { drawHeatmap, heatmapTable } from './heatmap.ts';
import { drawLines, linesTable } from './lines.ts';
import type { Drawing } from './parts/compose.ts';
import { drawPhaseMap, phaseMapTable } from './phase-map.ts';
import { drawSpread, spreadTable } from './spread.ts';

/** The figure as a complete SVG file. */
export function draw(figure: Figure): Drawing {
  switch (figure.kind) {
    case 'lines':
      return drawLines(figure);
    case 'bars':
      return drawBars(figure);
    case 'heatmap':
      return drawHeatmap(figure);
    case 'spread':
      return drawSpread(figure);
    case 'phase-map':
      return drawPhaseMap(figure);
    case 'curve-bundle':
      return drawCurveBundle(figure);
    case 'criteria':
      return drawCriteria(figure);
  }
}

/** The numbers that the figure draws. */
export function tableOf(figure: Figure): Table {
  switch (figure.kind) {
    case 'lines':
      return linesTable(figure);
    case 'bars':
      return barsTable(figure);
    case 'heatmap':
      return heatmapTable(figure);
    case 'spread':
      return spreadTable(figure);
    case 'phase-map':
      return phaseMapTable(figure);
    case 'curve-bundle':
      return curveBundleTable(figure);
    case 'criteria':
      return criteriaTable(figure);
  }
}
