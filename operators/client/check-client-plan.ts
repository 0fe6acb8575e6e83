import { isDeepStrictEqual } from 'node:util';
import { loginOfPods } from '../../constructs/kubernetes/client/kafka-access.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { gibOf } from '../../contracts/quantity.ts';
import { FORMER_LOGIN_MS } from '../psc/credentials/validity.ts';
import type { ObservedClient } from './observed.ts';
import type { ClientPlan, ClientWrite, ConnectCall } from './plan.ts';
import { isSameTemplate, templateOf } from './plan-client-objects.ts';

/**
 * An independent judge of a plan: everything in it that could reach beyond the cluster, lose what it holds, or harm a connector,
 * whatever the planner thought of it. Shares no code with the planner. Empty for a plan that may be carried out.
 */
export function checkClientPlan(plan: ClientPlan, observed: ObservedClient): readonly string[] {
  return [
    ...plan.writes.flatMap((write) => checkWrite(write, observed)),
    ...plan.calls.flatMap((call) => checkCall(call, plan, observed)),
  ];
}

function checkWrite(write: ClientWrite, observed: ObservedClient): readonly string[] {
  switch (write.kind) {
    case 'apply':
      return checkApply(write.object, observed);
    case 'remove': {
      const { kind, metadata } = write.object;
      const isGoing = observed.psc.metadata.deletionTimestamp !== undefined;
      const mayGo = kind === 'ConfigMap' || (isGoing && kind === 'StatefulSet');
      return mayGo && isOwn(write.object, observed) ? [] : [`${kind} ${metadata.name} is taken away`];
    }
    case 'revoke-access':
      return observed.psc.metadata.deletionTimestamp === undefined || observed.pods.length > 0
        ? ['pods that are there lose their user']
        : [];
    case 'rotate-access':
      return checkRotation(write.rotation.step, observed);
    case 'set-finalizer':
    case 'grant-access':
    case 'announce-access':
    case 'event':
      return [];
  }
}

/** A password that pods are given must let them in at every broker, and one that a pod has must go on to. */
function checkRotation(
  step: 'prepare' | 'switch' | 'retire',
  { access, kafkaBrokers, objects, pods, nowMs, freshness }: ObservedClient,
): readonly string[] {
  if (access.state !== 'whole') return ['passwords are replaced that nobody knows'];
  const { current, other } = access.logins;
  switch (step) {
    case 'prepare':
      return other === undefined ? [] : ['a password is made while another is still in use'];
    case 'switch': {
      const late = kafkaBrokers.filter((broker) => access.answers?.get(broker) !== 'accepts');
      const isKnown = other?.state === 'next' && kafkaBrokers.length > 0;
      return [...(isKnown ? [] : ['a password is handed out that nobody was asked about'])].concat(
        late.map((broker) => `a password is handed out that ${broker} may not take`),
      );
    }
    case 'retire': {
      const set = [...objects.values()].find(({ kind }) => kind === 'StatefulSet');
      const isUsed =
        set === undefined || loginOfPods(set) !== current || pods.some((pod) => !isSameTemplate(pod, templateOf(set)));
      const isOver = other?.state === 'former' && nowMs - other.sinceMs >= FORMER_LOGIN_MS;
      return [
        ...(freshness === 'fresh' ? [] : ['a password is taken away on what caches say']),
        ...(isUsed ? ['a password is taken away that pods use'] : []),
        ...(isOver ? [] : ['a password is taken away that somebody may still hand out']),
      ];
    }
  }
}

function isOwn({ metadata }: KubernetesObject, { psc }: ObservedClient): boolean {
  return metadata.namespace !== undefined && metadata.namespace === psc.metadata.namespace;
}

function checkApply(object: KubernetesObject, observed: ObservedClient): readonly string[] {
  const what = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  if (!isOwn(object, observed)) return [`${what} is not of the cluster's own namespace`];
  if (object.kind === 'Secret' || object.kind === 'Pod') return [`${what} is no object that a plan may write`];
  if (object.kind !== 'PersistentVolumeClaim') return [];
  const { spec } = object as {
    readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: string } } };
  };
  const made = observed.claims.find(({ name }) => name === object.metadata.name);
  const gib = gibOf(spec?.resources?.requests?.storage ?? '') ?? 0;
  return made !== undefined && gib < made.requestedGib ? [`${what} gets smaller`] : [];
}

function checkCall(call: ConnectCall, plan: ClientPlan, observed: ObservedClient): readonly string[] {
  const name = 'connector' in call ? call.connector.name : call.name;
  const { psc, connect, freshness, nowMs } = observed;
  const spec = psc.spec.connect?.connectors?.find((each) => each.name === name);
  const stored = psc.status?.connect?.connectors?.find((row) => row.name === name);
  const planned = plan.status.connect?.connectors?.find((row) => row.name === name);
  const seen = connect.state === 'reachable' ? connect.connectors.get(name) : undefined;
  if (planned === undefined) return [`${call.kind} ${name}: the status does not know of it`];
  switch (call.kind) {
    case 'create-connector':
    case 'configure-connector':
      return spec !== undefined && isDeepStrictEqual(call.connector.config, { ...spec.config, name })
        ? []
        : [`${name} is given a config that is not the spec's`];
    case 'pause-connector':
      return spec?.paused === true ? [] : [`${name} is paused, and nobody asked for it`];
    case 'resume-connector':
      return spec !== undefined && spec.paused !== true ? [] : [`${name} is resumed, and nobody asked for it`];
    case 'restart-connector': {
      const isFailing = [seen, ...(seen?.tasks ?? [])].some((part) => part?.state === 'Failed');
      const isEarly = stored?.restartAfter !== undefined && nowMs < Date.parse(stored.restartAfter);
      const isCounted = (planned.restarts ?? 0) > (stored?.restarts ?? 0);
      return [
        ...(isFailing ? [] : [`${name} is started again although nothing of it has failed`]),
        ...(isEarly ? [`${name} is started again too soon`] : []),
        ...(isCounted ? [] : [`a restart of ${name} is not counted`]),
      ];
    }
    case 'remove-connector':
      return [
        ...(spec === undefined ? [] : [`${name} is taken away, and the spec names it`]),
        ...(stored === undefined ? [`${name} is taken away, and was not made here`] : []),
        ...(freshness === 'fresh' ? [] : [`${name} is taken away on what caches say`]),
      ];
  }
}
