// Processors with a fused multiply-add, by gcc; for wider vectors than theirs compiled-wide.test.ts.
import { AVX2, AVX512, testCompiled } from './compiled.ts';

testCompiled('fused', 'gcc', ['-O2', '-O3'], { 'AVX-512': AVX512, AVX2 });
