import { type PreviewedResource, UNKNOWN_VALUE } from '../../local/pulumi/preview-stack.ts';
import type { CloudResource, Fields } from '../../policies/cloud/cloud-resource.ts';
import { markUnknown } from '../../policies/cloud/cloud-stack.ts';

/** What a preview would register, as rules see it: without components, providers and secrets. */
export function cloudResources(previewed: readonly PreviewedResource[]): readonly CloudResource[] {
  return previewed
    .filter(({ custom, type }) => custom && !type.startsWith('pulumi:'))
    .map(({ urn, type, name, inputs, protect, propertyDependencies }) => ({
      urn,
      type,
      name,
      props: markUnknown(inputs, isHidden) as Fields,
      protect,
      references: propertyDependencies,
    }));
}

function isHidden(text: string): boolean {
  return text === UNKNOWN_VALUE || text === SECRET;
}

/** What `pulumi preview --json` prints in place of a secret. */
const SECRET = '[secret]';
