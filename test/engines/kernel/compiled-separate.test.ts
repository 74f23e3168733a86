// Processors without a fused multiply-add, whose bits are also those of the plain WebAssembly.
import { SEPARATE, testCompiled } from './compiled.ts';

testCompiled('separate', 'gcc', ['-O3'], SEPARATE);
testCompiled('separate', 'clang', ['-O2'], { SSE2: SEPARATE.SSE2 });
