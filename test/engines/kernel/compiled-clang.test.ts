// Every width of vectors with a fused multiply-add, by clang.
import { FUSED, testCompiled } from './compiled.ts';

testCompiled('fused', 'clang', ['-O2', '-O3'], FUSED);
