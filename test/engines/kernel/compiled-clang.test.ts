// Every width of vectors with a fused multiply-add, by clang.
import { AVX2, AVX2_16, AVX512, testCompiled } from './compiled.ts';

testCompiled('fused', 'clang', ['-O2', '-O3'], {
  'AVX-512': AVX512,
  AVX2,
  'AVX2 with 16 lanes': AVX2_16,
});
