// Preloaded into the runner: at exit the most memory that it held (KiB) goes to the file PEAK.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));
