// SIGKILL of the runner while it makes, stores and publishes results, and amid its writes.
import { describe } from 'node:test';
import { killAtSteps } from './faults.ts';

describe('SIGKILL of the runner', { concurrency: 2 }, () => {
  killAtSteps('at steps of making results', 'runner', false);
  killAtSteps('amid writes of making results', 'half', false);
});
