// Words that a pipeline.yaml or a command line may be damaged with.

const DEEP = 4000;

export const HOSTILE_VALUES = [
  ...'~ null yes .nan -.inf 1e999 -1 0x1g 9007199254740993 1_000 1:30 " [ ] { } {} [] [[]]'.split(' '),
  ...'*nowhere | >- @ % 2026-11-23 stages/a.ts ../a.ts /etc/passwd stages . .. link/a.ts'.split(' '),
  ...'stages/a.params.ts file:///etc/passwd node:fs [c] [1X] substract 4 1.5'.split(' '),
  '',
  "'",
  '"\\x"',
  '"\\0"',
  '{a: {a: {}}}',
  '&x [*x]',
  '&x {a: *x}',
  '!!js/function "1"',
  '!!binary "="',
  '!<tag:x> 1',
  '? a',
  '- - -',
  '`',
  '# only a comment',
  '\t1',
  '1\t: 2',
  'a: b: c',
  '"stages/a.ts\\0"',
  '"a\\nb"',
  '[a, a]',
  '[a, q]',
  '[a, 1]',
  '[a, [b]]',
  '[PATH, PATH]',
  '[0, 1, 2]',
  '[0, x]',
  'x'.repeat(10_000),
  '9'.repeat(5_000),
  '['.repeat(DEEP),
  '{a: '.repeat(DEEP),
  '[1,'.repeat(300) + ']'.repeat(300),
];

export const HOSTILE_NAMES = [
  ...'__proto__ constructor prototype toString hasOwnProperty .. . "" a/b ../a .runs / A é 日本 1 -'.split(
    ' ',
  ),
  ...'~ << *x [a] a.b a=b null'.split(' '),
  '" "',
  'a b',
  '"\\0"',
  '&x a',
  '!t a',
  '{a: 1}',
  '? ',
  '"a\\nb"',
  'x'.repeat(65),
];

export const HOSTILE_TEXT = [
  ...'" { ] # *a'.split(' '),
  '\0',
  '\t',
  '\uFEFF',
  '\uFFFD',
  '\u2028',
  '\r',
  '\n',
  '\n\t',
  '---\n',
  '...\n',
  '%YAML 9.9\n',
  '\x07',
  "'",
  ': ',
  '- ',
  '&a ',
  ', ',
];

export const FLAGS = [
  ...'--set --file --artifacts --cache --json --only --force --dry-run --keep-going --jobs --keep'.split(' '),
  ...'--help'.split(' '),
];

export const WORDS = [
  ...'-j -n -k -f -h -x -- --- - --= --set= --set=a --set=a.n --set=a.n=[ --set=.=1'.split(' '),
  ...'--set=a.__proto__=1 --set=__proto__.n=1 --set=a.n=1e999 --set=a.q=1 --set=q.n=1 --jobs=0'.split(' '),
  ...'--jobs=-1 --jobs=1.5 --jobs=1e9999 --jobs=NaN --keep= --force=no --no-force --__proto__'.split(' '),
  ...'--constructor=1 a b q .. __proto__ --file=. --file=/ --file=no.yaml --artifacts=.'.split(' '),
  ...'--artifacts=/ --artifacts=stages --cache=artifacts --cache=artifacts/a --artifacts=.cache/x'.split(' '),
  ...'1'.split(' '),
  ...FLAGS,
  '',
  ' ',
  'x'.repeat(5000),
  '--file=\0',
  '--cache=\0',
];
