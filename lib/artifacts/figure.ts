// The three files that a stage writes for each figure.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { draw, tableOf } from '../charts/draw.ts';
import type { Figure, Table } from '../charts/figure.ts';
import { renderPng } from '../charts/render.ts';
import { writeArrow, type ArrowSchema } from '../files/arrow.ts';

let picture: (svg: string) => Uint8Array = renderPng;

/** Makes `other` draw the PNGs and returns the function that drew them before. Tests of numbers use it to skip the drawing. */
export function drawPicturesBy(other: typeof picture): typeof picture {
  const before = picture;
  picture = other;
  return before;
}

/** Writes name.svg, name.png (twice the size) and name.arrow, the numbers behind the picture. */
export async function writeFigure(folder: string, name: string, figure: Figure): Promise<void> {
  const { svg } = draw(figure);
  const table = tableOf(figure);
  await writeFile(join(folder, `${name}.svg`), svg);
  await writeFile(join(folder, `${name}.png`), picture(svg));
  await writeArrow(join(folder, `${name}.arrow`), schemaOf(table), table.columns);
}

/** Column types follow from the arrays. */
function schemaOf({ columns, metadata = {} }: Table): ArrowSchema {
  const types = Object.entries(columns).map(([name, values]) => {
    if (Array.isArray(values)) return [name, { type: 'utf8' }] as const;
    return [name, { type: values instanceof Int32Array ? 'int32' : 'float64' }] as const;
  });
  return { columns: Object.fromEntries(types), metadata: { ...metadata } };
}
