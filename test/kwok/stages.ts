import { IN_SYNC_GATE } from '../../constructs/kubernetes/kafka/pod-template.ts';

/**
 * What kwok plays of a kubelet for pods that become ready and go: containers run a moment after the pod has a node, Ready
 * follows the readiness gate, and a pod that is to go is gone a moment later. Nothing crashes. As a configuration of kwok.
 */
export function podStages(): string {
  const stages = [RUNNING, followsGate('True'), followsGate('False'), GONE];
  return stages.map((stage) => JSON.stringify(stage)).join('\n---\n');
}

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

function stage(
  name: string,
  matchExpressions: readonly Requirement[],
  delay: { readonly durationMilliseconds: number; readonly jitterDurationMilliseconds: number },
  next: Readonly<Record<string, unknown>>,
): unknown {
  const resourceRef = { apiGroup: 'v1', kind: 'Pod' };
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef, selector: { matchExpressions }, delay, next },
  };
}

const STAYS: Requirement = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

function condition(type: string, status: 'True' | 'False'): Requirement {
  return { key: `.status.conditions.[] | select( .type == "${type}" ) | .status`, operator: 'In', values: [status] };
}

const SOON = { durationMilliseconds: 200, jitterDurationMilliseconds: 1_000 };
const AT_ONCE = { durationMilliseconds: 10, jitterDurationMilliseconds: 50 };

const CONTAINER = `
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  restartCount: 0
  ready: true`;

const RUNNING = stage('pod-runs', [STAYS, { key: '.status.podIP', operator: 'DoesNotExist' }], SOON, {
  statusTemplate: `
{{ $now := Now }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: {{ if .spec.readinessGates }}"False"{{ else }}"True"{{ end }}, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .spec.containers }}${CONTAINER}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}${CONTAINER}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace | Quote }}
phase: Running
startTime: {{ $now | Quote }}
`,
});

function followsGate(status: 'True' | 'False'): unknown {
  const before = status === 'True' ? 'False' : 'True';
  return stage(
    `pod-ready-${status.toLowerCase()}`,
    [STAYS, condition(IN_SYNC_GATE, status), condition('ContainersReady', 'True'), condition('Ready', before)],
    AT_ONCE,
    { statusTemplate: `conditions:\n- {type: Ready, status: "${status}", lastTransitionTime: {{ Now | Quote }}}\n` },
  );
}

const GONE = stage('pod-gone', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], SOON, { delete: true });
