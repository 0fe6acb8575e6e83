import type { EnvVar } from 'cdk8s-plus-27/lib/imports/k8s.js';

/**
 * Has a service's Node collect garbage as often as suits its container. By itself V8 lets a heap grow up to four times what
 * lives in it where the machine is large; near a limit that it knows it grows by a third. Half of the memory is for what
 * lives long, the rest for code, buffers and what lives shortly.
 */
export function nodeHeap(memoryMib: number): EnvVar {
  const halfMib = Math.floor(memoryMib / 2);
  return { name: 'NODE_OPTIONS', value: `--max-old-space-size=${halfMib} --max-semi-space-size=${YOUNG_MIB}` };
}

/** Each of three: what a pass over one PSC leaves behind is a tenth of it. */
const YOUNG_MIB = 4;
