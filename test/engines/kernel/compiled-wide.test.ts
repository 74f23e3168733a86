// Vectors wider than the processor's, by gcc: five times as slow as its own, so in a file of their own.
import { AVX2_16, testCompiled } from './compiled.ts';

testCompiled('fused', 'gcc', ['-O2', '-O3'], { 'AVX2 with 16 lanes': AVX2_16 });
