// The machine that reads a pickle: its bytes, a stack and a memo. No length may reach beyond the bytes, and what is built
// may not take more than MAX_BYTES.
import { Malformed } from '../failure.ts';

export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | Global
  | Reduced
  | PersistentId;

/** A class or a function that a pickle names. It is only a name and is never looked up. */
export class Global {
  readonly name: string;
  constructor(module: string, name: string) {
    this.name = `${module}.${name}`;
  }
}

/** Stands for the result of calling `of` with `args`, with what was then put into it. The call is never made. */
export class Reduced {
  readonly of: Pickled;
  readonly args: Pickled;
  entries: Map<Pickled, Pickled> | null = null;
  items: Pickled[] | null = null;
  state: Pickled = null;
  constructor(of: Pickled, args: Pickled) {
    this.of = of;
    this.args = args;
  }
}

/** The id of something outside the pickle, such as the numbers of a tensor. */
export class PersistentId {
  readonly id: Pickled;
  constructor(id: Pickled) {
    this.id = id;
  }
}

/** Roughly how much memory the values of one pickle may take. */
const MAX_BYTES = 150e6;

export class Machine {
  position: number;
  readonly stack: Pickled[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, Pickled>();
  readonly #bytes: Buffer;
  #spent = 0;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.position = start;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  take(length: number): Buffer {
    const end = this.position + length;
    if (!(end <= this.#bytes.length)) throw new Malformed('has a pickle that is cut off');
    const part = this.#bytes.subarray(this.position, end);
    this.position = end;
    return part;
  }

  uint(bytes: 1 | 2 | 4 | 8): number {
    const part = this.take(bytes);
    return bytes === 8 ? Number(part.readBigUInt64LE()) : part.readUIntLE(0, bytes);
  }

  /** Text up to the end of the line. */
  line(encoding: 'latin1' | 'utf8' = 'latin1'): string {
    const end = this.#bytes.indexOf(10, this.position);
    if (end < 0) throw new Malformed('has a pickle that is cut off');
    const text = this.take(end - this.position).toString(encoding);
    this.position++;
    return text;
  }

  /** `size`: roughly how many bytes the value takes apart from its place on the stack. */
  push(value: Pickled, size = 0): void {
    this.#spent += 16 + size;
    if (this.#spent > MAX_BYTES) throw new Malformed('has a pickle that would take too much memory');
    this.stack.push(value);
  }

  pop(): Pickled {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw broken();
    return this.stack.pop()!;
  }

  top(): Pickled {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  popMark(): Pickled[] {
    const mark = this.marks.pop();
    if (mark === undefined || mark > this.stack.length) throw broken();
    return this.stack.splice(mark);
  }

  string(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw broken();
    return value;
  }

  remember(index: number): void {
    this.#spent += 48;
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw broken();
    this.push(value);
  }

  make(of: Pickled, args: Pickled): void {
    this.push(new Reduced(of, args), 80);
  }

  add(items: readonly Pickled[]): void {
    const to = this.top();
    const list = Array.isArray(to) ? to : to instanceof Reduced ? (to.items ??= []) : null;
    if (!list) throw broken();
    for (const item of items) list.push(item);
  }

  set(items: readonly Pickled[]): void {
    const to = this.top();
    const map = to instanceof Map ? to : to instanceof Reduced ? (to.entries ??= new Map()) : null;
    if (!map || items.length % 2 > 0) throw broken();
    this.#spent += 40 * items.length;
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }
}

export const broken = (): Malformed => new Malformed('has a pickle that is damaged');
