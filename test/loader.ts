/** What Node loads the TypeScript of a process with that a test starts: what the test itself was loaded with. */
export const loader = process.env['GROKSCOPE_TEXTS']
  ? new URL('./loader.mjs', import.meta.url).href
  : import.meta.resolve('tsx');
