/** What a process that a test starts loads TypeScript with. */
export const loader = import.meta.resolve('../lib/files/typescript.mjs');
