// Every width of vectors with a fused multiply-add, by gcc.
import { FUSED, testCompiled } from './compiled.ts';

testCompiled('fused', 'gcc', ['-O2', '-O3'], FUSED);
