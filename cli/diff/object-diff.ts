import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS } from '../../contracts/labels.ts';
import { keyOf, type ObjectRef, refOf } from '../apply/object-ref.ts';
import { diffFields, type FieldChange, formatPath } from './field-diff.ts';
import { maskChange } from './mask.ts';
import { type Consequence, consequencesOf } from './consequences.ts';

/** An object and where it is written: applied from the manifests, or made by the operator (`rendered`). */
export interface PlacedObject {
  readonly cluster: string;
  readonly madeBy: 'apply' | 'operator';
  readonly object: KubernetesObject;
}

/** How one object differs between two states of a stack. */
export interface ObjectChange {
  readonly cluster: string;
  /** Absent for the platform's own objects. */
  readonly tenant?: string;
  readonly madeBy: PlacedObject['madeBy'];
  readonly ref: ObjectRef;
  readonly change: 'added' | 'removed' | 'changed';
  /** Only of changed objects; secrets are masked. */
  readonly fields: readonly ChangedField[];
  readonly consequences: readonly Consequence[];
}

export interface ChangedField {
  /** As in `spec.template.spec.containers[name=kafka].image`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Every object that was added, removed or changed, in the order of cluster, tenant and name. */
export function diffObjects(before: readonly PlacedObject[], after: readonly PlacedObject[]): readonly ObjectChange[] {
  const [old, now] = [byPlace(before), byPlace(after)];
  const tenants = tenantsByNamespace([...before, ...after]);
  const removed = [...old]
    .filter(([place]) => !now.has(place))
    .map(([, placed]) => onlyOnce(placed, 'removed', tenants));
  const others = [...now].flatMap(([place, placed]) => {
    const was = old.get(place);
    if (was === undefined) return [onlyOnce(placed, 'added', tenants)];
    const fields = diffFields(was.object, placed.object);
    return fields.length === 0 ? [] : [changed(was, placed, { fields, tenants })];
  });
  return [...removed, ...others].sort(inReadingOrder);
}

function byPlace(objects: readonly PlacedObject[]): ReadonlyMap<string, PlacedObject> {
  return new Map(
    objects.map((placed) => [`${placed.cluster} ${placed.madeBy} ${keyOf(refOf(placed.object))}`, placed]),
  );
}

function onlyOnce(placed: PlacedObject, change: 'added' | 'removed', tenants: Tenants): ObjectChange {
  const consequences =
    change === 'added' ? [] : consequencesOf({ change, object: placed.object, madeBy: placed.madeBy });
  return { ...placeOf(placed, tenants), change, fields: [], consequences };
}

function changed(
  before: PlacedObject,
  after: PlacedObject,
  { fields, tenants }: { readonly fields: readonly FieldChange[]; readonly tenants: Tenants },
): ObjectChange {
  return {
    ...placeOf(after, tenants),
    change: 'changed',
    fields: fields
      .map((field) => maskChange(after.object.kind, field))
      .map(({ path, ...values }) => ({ path: formatPath(path), ...values })),
    consequences: consequencesOf({ change: 'changed', before: before.object, object: after.object }),
  };
}

/** Cluster and namespace ▶ tenant. */
type Tenants = ReadonlyMap<string, string>;

/** Not every object of a tenant bears the label; those of one namespace are of one tenant. */
function tenantsByNamespace(objects: readonly PlacedObject[]): Tenants {
  return new Map(
    objects.flatMap((placed): readonly (readonly [string, string])[] => {
      const tenant = labelOf(placed);
      return tenant === undefined ? [] : [[namespaceOf(placed), tenant]];
    }),
  );
}

function labelOf({ object }: PlacedObject): string | undefined {
  return object.metadata.labels?.[LABELS.tenant];
}

function namespaceOf({ cluster, object }: PlacedObject): string {
  const { namespace, name } = object.metadata;
  return `${cluster} ${namespace ?? (object.kind === 'Namespace' ? name : '')}`;
}

function placeOf(placed: PlacedObject, tenants: Tenants): Pick<ObjectChange, 'cluster' | 'tenant' | 'madeBy' | 'ref'> {
  const { cluster, madeBy, object } = placed;
  const isInNamespace = object.metadata.namespace !== undefined || object.kind === 'Namespace';
  const tenant = labelOf(placed) ?? (isInNamespace ? tenants.get(namespaceOf(placed)) : undefined);
  return { cluster, madeBy, ref: refOf(object), ...(tenant === undefined ? {} : { tenant }) };
}

function inReadingOrder(a: ObjectChange, b: ObjectChange): number {
  const [left, right] = [a, b].map(({ cluster, tenant = '', madeBy, ref }) => [cluster, tenant, madeBy, keyOf(ref)]);
  const differing = (left ?? []).findIndex((part, index) => part !== right?.[index]);
  if (differing < 0) return 0;
  return (left?.[differing] ?? '') < (right?.[differing] ?? '') ? -1 : 1;
}
