// Prints, as its last line, which backend loads here. Run by identity.ts as a process of its own.
import { openBackend } from './backend.ts';

const { identity } = await openBackend();
console.log(JSON.stringify(identity));
