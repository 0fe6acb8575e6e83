import type { ClusterView, KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { RenderStage } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { Member } from './classify.ts';
import type { Observed } from './observed.ts';
import type { Rules } from './rules.ts';
import type { PodTemplate, RoleTemplates } from './templates.ts';

/** What the parts of one plan share. */
export interface Context {
  readonly view: ClusterView;
  readonly observed: Observed;
  readonly rendered: Readonly<Record<RenderStage, readonly KubernetesObject[]>>;
  /** The same by key. */
  readonly renderedByKey: ReadonlyMap<string, KubernetesObject>;
  readonly members: readonly Member[];
  /** Volume claims that are gone, or others than they were. */
  readonly lostClaims: ReadonlySet<string>;
  readonly roles: Readonly<Record<KafkaRole, RoleContext>>;
  /** Name of this operator among those that may lead. */
  readonly holder: string;
  readonly rules: Rules;
}

/** Pod templates of one role, decided. */
export interface RoleContext {
  readonly templates: RoleTemplates;
  /** What new pods get. */
  readonly served: PodTemplate;
  /** What is put back when the served one fails. */
  readonly kept?: PodTemplate;
  /** The template that was seen to fail, and why. */
  readonly refused?: { readonly target: string; readonly message: string };
}
