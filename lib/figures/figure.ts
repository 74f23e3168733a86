// What a figure is, and the three files it is written to.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArrow, type ArrowSchema, type Columns } from '../files/arrow.ts';
import { renderPng } from './render.ts';

/** A complete SVG file; width and height are its own units (CSS pixels). */
export interface Figure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** The numbers that a figure draws, as one Arrow table. */
export interface Table {
  readonly schema: ArrowSchema;
  readonly columns: Columns;
}

/** Writes name.svg, name.png (twice the size) and name.arrow, the numbers behind the picture. */
export async function writeFigure(folder: string, name: string, figure: Figure, table: Table): Promise<void> {
  await writeFile(join(folder, `${name}.svg`), figure.svg);
  await writeFile(join(folder, `${name}.png`), renderPng(figure.svg));
  await writeArrow(join(folder, `${name}.arrow`), table.schema, table.columns);
}
