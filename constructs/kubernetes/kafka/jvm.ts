import type { Cloud } from '../../../contracts/cloud.ts';
import type { ResourcesSpec } from '../../../contracts/gen/psc-types.ts';
import { CONFIG_PROVIDER_CLASS } from './common-config.ts';

/** Content of `jvm.flags`: every flag of the Java machine but those that name files, which run.sh adds. */
export function jvmFlags({ heapMib }: ResourcesSpec, cloud: Cloud): string {
  const flags = [
    // Equal bounds: a heap that grows later takes memory from the page cache when it is needed most.
    `-Xms${heapMib}m`,
    `-Xmx${heapMib}m`,
    ...collector(heapMib),
    // A dozen of them share the few cores of one machine: the second compiler costs more at their start than it brings.
    ...(cloud === 'local' ? ['-XX:TieredStopAtLevel=1'] : []),
    // Its file in /tmp is written in every pause, which then waits for the disk; metrics come by JMX.
    '-XX:-UsePerfData',
    // A broker that runs on after this error answers some requests and drops others; a restart is quick.
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    // Pods change their addresses when they move.
    '-Dsun.net.inetaddr.ttl=10',
    '-Dsun.net.inetaddr.negative.ttl=1',
    // Whoever may alter settings must not read files of the pod through them (KIP-421).
    `-Dorg.apache.kafka.automatic.config.providers=${CONFIG_PROVIDER_CLASS}`,
  ];
  return `${flags.join('\n')}\n`;
}

/** G1 with the pauses that Kafka's own scripts ask for; a small heap is better off without its helper threads. */
function collector(heapMib: number): readonly string[] {
  if (heapMib < G1_FROM_HEAP_MIB) return ['-XX:+UseSerialGC'];
  return [
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:InitiatingHeapOccupancyPercent=35',
    '-XX:+ExplicitGCInvokesConcurrent',
  ];
}

const G1_FROM_HEAP_MIB = 1024;
