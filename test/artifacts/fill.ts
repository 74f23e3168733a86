// Summaries of any stage, made up from their declaration alone.
import type { Field } from '../../lib/artifacts/fields.ts';

export interface Filling {
  /** Every text, and every name that is not known beforehand. */
  readonly text: string;
  /** Every number. */
  readonly number: number;
}

/** A value for `field`: lists have one entry, nothing is null unless it must be, and of several records it is the first. */
export function fill(field: Field, filling: Filling): unknown {
  switch (field.kind) {
    case 'count':
    case 'number':
      return filling.number;
    case 'text':
    case 'anything':
      return filling.text;
    case 'flag':
      return true;
    case 'nothing':
      return null;
    case 'word':
      return field.words[0];
    case 'orNull':
      return fill(field.of, filling);
    case 'list':
      return [fill(field.of, filling)];
    case 'byName':
      return { [filling.text]: fill(field.of, filling) };
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields).map(([name, of]) => [name.replace('*', '1'), fill(of, filling)]),
      );
    case 'either':
      return fill(field.records[0]!, filling);
  }
}
