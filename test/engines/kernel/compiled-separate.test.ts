// Processors without a fused multiply-add: what the plain WebAssembly computes, too.
import { SEPARATE, testCompiled } from './compiled.ts';

testCompiled('separate', 'gcc', ['-O3'], SEPARATE);
testCompiled('separate', 'clang', ['-O2'], { SSE2: SEPARATE.SSE2 });
