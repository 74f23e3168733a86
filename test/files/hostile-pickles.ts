// Pickles that want to run something, to take all memory or to go round in circles, in the two forms of torch.save.

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const string = (value: string): Buffer => Buffer.concat([text('X'), uint32(value.length), text(value)]);
const PROTO = text('\x80\x02');
const pickle = (...parts: readonly Buffer[]): Buffer => Buffer.concat([PROTO, ...parts, text('.')]);

/** Calls a function by name, as pickle would. */
const call = (module: string, name: string, argument: string): Buffer =>
  Buffer.concat([text(`c${module}\n${name}\n`), string(argument), text('\x85R')]);

/** A dictionary with one entry, whose value is this. */
const under = (name: string, value: Buffer): Buffer =>
  Buffer.concat([text('}'), string(name), value, text('s')]);

/** A float tensor that claims this shape and so many numbers. */
const tensor = (shape: readonly number[], numbers: number): Buffer => {
  const long = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return Buffer.concat([text('\x8a\x08'), bytes]);
  };
  const tuple = (values: readonly number[]): Buffer =>
    Buffer.concat([text('('), ...values.map(long), text('t')]);
  const id = Buffer.concat([
    text('('),
    string('storage'),
    text('ctorch\nFloatStorage\n'),
    string('0'),
    string('cpu'),
    long(numbers),
    text('tQ'),
  ]);
  const args = Buffer.concat([
    text('('),
    id,
    long(0),
    tuple(shape),
    tuple(shape.map(() => 0)),
    text('\x89Nt'),
  ]);
  return Buffer.concat([text('ctorch._utils\n_rebuild_tensor_v2\n'), args, text('R')]);
};

/** `mark`: a file that would appear if one of them ran its command; `many`: how often what is repeated is. */
export function hostilePickles(mark: string, many: number): Record<string, Buffer> {
  const command = `touch ${mark}`;
  const script = `open(${JSON.stringify(mark)}, "w")`;
  return {
    'os.system': pickle(call('os', 'system', command)),
    'os.system in a model': pickle(under('model', call('posix', 'system', command))),
    exec: pickle(call('builtins', 'exec', script)),
    eval: pickle(under('embed.W_E', call('__builtin__', 'eval', script))),
    Function: pickle(call('constructor', 'constructor', 'process.exit(7)')),
    __proto__: pickle(under('__proto__', under('polluted', string('yes')))),
    'state of a name': pickle(text('cos\nsystem\n'), under('a', string('b')), text('b')),
    instance: pickle(text('('), string(command), text('ios\nsystem\n')),
    'built object': pickle(text('(cos\nsystem\n'), string(command), text('o')),
    'new object': pickle(text('cos\nsystem\n'), string(command), text('\x85\x81')),
    registry: pickle(text('\x82\x01')),
    'a list in itself': pickle(text(']q\x00h\x00a')),
    'a dictionary in itself': pickle(text('}q\x00'), string('model'), text('h\x00s')),
    'lists in each other': pickle(text(']'.repeat(many)), text('a'.repeat(many - 1))),
    'tuples in each other': pickle(text(')'), text('\x85'.repeat(many))),
    marks: pickle(text('('.repeat(many))),
    laughs: pickle(
      text(']q\x00'),
      ...Array.from({ length: 60 }, (_, i) =>
        text(`]q${String.fromCharCode(i + 1)}(${`h${String.fromCharCode(i)}`.repeat(10)}e`),
      ),
    ),
    'dictionaries one by one': pickle(text('}0'.repeat(8 * many)), text('N')),
    dictionaries: pickle(text('('), text('}'.repeat(2 * many)), text('l')),
    'a long text': pickle(text('X'), uint32(0x7fffffff), text('abc')),
    'a longer text': pickle(text('\x8d\xff\xff\xff\xff\xff\xff\xff\x7f'), text('abc')),
    'a long number': pickle(text('\x8b'), uint32(0x7fffffff), text('abc')),
    'a number of a megabyte': pickle(text('L'), Buffer.alloc(1e6, '9'), text('L\n')),
    'a bytearray': pickle(text('\x96\xff\xff\xff\xff\xff\xff\x00\x00')),
    'a frame': pickle(text('\x95\xff\xff\xff\xff\xff\xff\xff\xff')),
    nothing: pickle(),
    'only marks': pickle(text('((')),
    'a missing memo': pickle(text('h\x07')),
    'a large tensor': pickle(under('embed.W_E', tensor([2 ** 40, 2 ** 40], 4))),
    'a tensor that repeats': pickle(under('embed.W_E', tensor([2 ** 31], 1))),
    'numbers that are not there': pickle(under('unembed.W_U', tensor([1000, 1000], 2 ** 50))),
    'negative numbers': pickle(under('unembed.W_U', tensor([-1, -1], -5))),
  };
}

/** A zip archive of torch.save around a pickle, without checksums; `numbers` are those of the storage 0. */
export function inZip(data: Buffer, numbers: Buffer = Buffer.alloc(16)): Buffer {
  const files = [
    ['archive/data.pkl', data],
    ['archive/data/0', numbers],
  ] as const;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const sizes = Buffer.concat([uint32(0), uint32(bytes.length), uint32(bytes.length)]);
    const names = Buffer.from([name.length, 0, 0, 0]);
    const local = Buffer.concat([text('PK\x03\x04'), Buffer.alloc(10), sizes, names, text(name), bytes]);
    directory.push(
      Buffer.concat([
        text('PK\x01\x02'),
        Buffer.alloc(12),
        sizes,
        names,
        Buffer.alloc(10),
        uint32(offset),
        text(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const all = Buffer.concat(directory);
  const count = Buffer.from([2, 0, 2, 0]);
  const end = Buffer.concat([
    text('PK\x05\x06'),
    Buffer.alloc(4),
    count,
    uint32(all.length),
    uint32(offset),
    Buffer.alloc(2),
  ]);
  return Buffer.concat([...parts, all, end]);
}

/** The form before torch 1.6. */
export const inOldForm = (data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    pickle(text('M\xe9\x03')),
    pickle(text('}')),
    data,
    pickle(text(']')),
  ]);
