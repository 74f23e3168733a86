// A bench as a process, to be interrupted: one section that is done, one that waits for a program, one that never begins.
import { once } from 'node:events';
import { runBench } from '../../bench/bench.ts';
import type { Section } from '../../bench/section.ts';
import { takeTurns } from '../../bench/turns.ts';
import { listenForStop } from '../../commands/stop.ts';

const about = { says: 'something', seconds: 1, needs: '', peer_seconds: null };

const SECTIONS: readonly Section[] = [
  {
    ...about,
    name: 'done',
    async *run() {
      yield { text: 'one', measured: { x: 1 } };
    },
  },
  {
    ...about,
    name: 'long',
    async *run(bench, progress) {
      const folder = await bench.folder();
      const child = bench.spawn('sh', ['-c', 'sleep 600 & echo $!; wait']);
      const [pid] = (await once(child.stdout, 'data')) as [Buffer];
      yield { text: 'two', measured: { folder, pids: [child.pid, Number(pid)] } };
      let turns = 0;
      const turn = async (): Promise<number> =>
        ++turns < 4 ? turns : (await bench.run('sleep', ['600'])).ms;
      const rounds = await takeTurns({ a: turn, b: turn }, 9, bench.stop, progress);
      yield { text: 'three', measured: { rounds } };
    },
  },
  {
    ...about,
    name: 'never',
    async *run() {
      yield { text: 'too late', measured: {} };
    },
  },
];

const { stdout, stderr } = process;
const outside = { stdout, stderr, stop: listenForStop(() => {}) };
process.exitCode = await runBench(process.argv.slice(2), {}, outside, SECTIONS);
process.exit();
