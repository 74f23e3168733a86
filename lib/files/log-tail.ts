/** The end of a log. */
import { open } from 'node:fs/promises';

const TAIL_BYTES = 16_384;

/** The last lines of a log without the lines of stack traces. */
export async function tailOfLog(path: string, lines = 8): Promise<string[]> {
  const log = await open(path);
  try {
    const { size } = await log.stat();
    const { buffer, bytesRead } = await log.read(
      Buffer.alloc(TAIL_BYTES),
      0,
      TAIL_BYTES,
      Math.max(0, size - TAIL_BYTES),
    );
    const text = buffer.toString('utf8', 0, bytesRead).split('\n');
    return text.filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v\d/.test(line)).slice(-lines);
  } finally {
    await log.close();
  }
}
