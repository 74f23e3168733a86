// Where labels go so that none covers another. Imports only measures of text.
import { TEXT_SIZE, textWidth } from '../style.ts';

export interface Label {
  readonly text: string;
  /** Pixels: the point that the label names; the text's baseline is at y or above it. */
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** Height of a row of labels. */
export const LABEL_HEIGHT = TEXT_SIZE + 4;

/** In pixels: allows for rounding, so that a label moved by LABEL_HEIGHT does not still count as covering the other. */
const ROUNDING = 1e-6;

/** The labels' baselines, in the given order: each is moved up, row by row, until it covers no earlier one. */
export function dodgeLabels(labels: readonly Label[]): number[] {
  const placed: { left: number; right: number; y: number }[] = [];
  for (const { text, x, y, anchor = 'middle' } of labels) {
    const width = textWidth(text, TEXT_SIZE) + 6;
    const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
    const box = { left, right: left + width, y };
    const covers = (other: typeof box): boolean =>
      other.left < box.right && box.left < other.right && Math.abs(other.y - box.y) < LABEL_HEIGHT - ROUNDING;
    for (let hit = placed.find(covers); hit; hit = placed.find(covers)) box.y = hit.y - LABEL_HEIGHT;
    placed.push(box);
  }
  return placed.map((box) => box.y);
}
