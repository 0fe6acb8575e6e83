import { WORKLOAD_KINDS } from '../kinds.ts';
import type { ObjectRule } from '../rule.ts';
import { change } from '../examples/change.ts';
import { job, kafkaStatefulSet } from '../examples/objects.ts';
import { GOOD_DEPLOYMENT, containerWith, initContainerWith } from '../examples/workloads.ts';
import { everyContainer, everyMainContainer } from './container-validation.ts';

const common = { form: 'object', group: 'resources', severity: 'error', match: { kinds: WORKLOAD_KINDS } } as const;
const KAFKA_CONTAINER = ['spec', 'template', 'spec', 'containers', 0] as const;

/** What a container asks for, may use, and how it says that it is well. */
export const RESOURCE_RULES: readonly ObjectRule[] = [
  {
    ...common,
    id: 'container-resources',
    title: 'Containers request CPU and memory and have a memory limit',
    reason: 'Without requests the scheduler overbooks nodes; without a memory limit one leak takes its neighbors down.',
    fix: 'Set resources.requests.cpu, resources.requests.memory and resources.limits.memory.',
    standards: [],
    validations: [
      everyContainer(
        'c.?resources.?requests.?cpu.hasValue() && c.?resources.?requests.?memory.hasValue() && c.?resources.?limits.?memory.hasValue()',
        'lacks a request for CPU or memory, or a memory limit',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT, containerWith('no CPU limit', ['resources', 'limits', 'cpu'], undefined)],
      failing: [
        containerWith('nothing said', ['resources'], undefined),
        containerWith('no memory limit', ['resources', 'limits'], { cpu: '200m' }),
        initContainerWith('an init container without requests', ['resources', 'requests', 'cpu'], undefined),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-cpu-limit',
    title: 'Kafka containers have a CPU limit',
    reason: 'Brokers that have lost all controllers spin at full CPU: without a limit they take their node with them.',
    fix: 'Set resources.limits.cpu on each container of a Kafka pod.',
    standards: [],
    validations: [
      {
        ...everyContainer(
          "variables.kafkaRole == '' || c.?resources.?limits.?cpu.hasValue()",
          'of a Kafka pod has no CPU limit',
        ),
      },
    ],
    examples: {
      passing: [
        { title: 'a good broker', objects: [kafkaStatefulSet('broker')] },
        containerWith('another workload without a CPU limit', ['resources', 'limits', 'cpu'], undefined),
      ],
      failing: [
        {
          title: 'a broker without a CPU limit',
          objects: [change(kafkaStatefulSet('broker'), [...KAFKA_CONTAINER, 'resources', 'limits', 'cpu'], undefined)],
        },
      ],
    },
  },
  {
    ...common,
    id: 'container-probes',
    title: 'Long-running containers have readiness and liveness probes',
    reason:
      'Without readiness a roll goes on over pods that do not serve; without liveness a stuck one stays for good.',
    fix: 'Add readinessProbe and livenessProbe to each container.',
    standards: [],
    validations: [
      everyMainContainer(
        "variables.podSpec.?restartPolicy.orValue('Always') != 'Always' || (c.?readinessProbe.hasValue() && c.?livenessProbe.hasValue())",
        'lacks a readiness or a liveness probe',
      ),
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        {
          title: 'a Job, which ends by itself',
          objects: [
            change(
              change(job(), [...KAFKA_CONTAINER, 'livenessProbe'], undefined),
              [...KAFKA_CONTAINER, 'readinessProbe'],
              undefined,
            ),
          ],
        },
      ],
      failing: [
        containerWith('no readiness probe', ['readinessProbe'], undefined),
        containerWith('no liveness probe', ['livenessProbe'], undefined),
      ],
    },
  },
];
