import { parseStack } from '../../../stacks/config.ts';
import type { Problem } from '../../../stacks/config.ts';

export const TODAY = '2026-11-22';

/** The customer's key in {@link BASE}. */
export const BASE_KEY = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** A small stack file with nothing wrong; tests change a line of it. */
export const BASE = `config:
  flotilla:region:
    cloud: aws
    name: us-west-2
    account: '123456789012'
    zones: [us-west-2a, us-west-2b, us-west-2c]
    addressRange: 10.0.0.0/16
    domain: kafka.example.com
    imageRegistry: registry.example.com/flotilla
  flotilla:kubernetesClusters:
    - name: main
      version: '1.36'
      podRange: 10.4.0.0/16
      serviceRange: 10.1.0.0/20
      administrators: ['arn:aws:iam::123456789012:role/platform-engineer']
      nodeClasses:
        - { name: platform, instanceClass: m7i.xlarge, purpose: platform, maxPerZone: 3 }
        - { name: controllers, instanceClass: m7i.xlarge, purpose: brokers, maxPerZone: 4 }
        - { name: small, instanceClass: m7i.2xlarge, purpose: brokers, maxPerZone: 8 }
        - { name: brokers, instanceClass: m7i.4xlarge, purpose: brokers, maxPerZone: 16 }
  flotilla:mothership:
    hosted: true
    ckus: 2
    version: 4.3.1
  flotilla:controlPlane:
    database: { version: '18', instanceClass: db.m7g.large, storageGib: 100 }
  flotilla:tenants:
    - name: payments
      ckus: 4
      version: 4.3.1
      encryptionKey:
        customerKeyId: ${BASE_KEY}
      limits: { partitions: 9000 }
      allowedSourceRanges: [198.51.100.0/24]
      config:
        log.retention.hours: 48
    - name: orders
      ckus: 1
      version: 4.3.1
`;

/** The text with one passage replaced; the passage must be there exactly once. */
export function replaced(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" is ${parts.length - 1} times in the text, not once`);
  return parts.join(to);
}

/** Problems of a stack file, warnings too, as `aws-us-west-2` unless told otherwise. */
export function problemsOf(
  text: string,
  { stack = 'aws-us-west-2', today = TODAY }: { readonly stack?: string; readonly today?: string } = {},
): readonly Problem[] {
  const result = parseStack(text, { stack, file: `Pulumi.${stack}.yaml`, today });
  return result.ok ? result.warnings : result.problems;
}

/** The line that a passage stands on, and its column; both from 1. */
export function placeOf(text: string, passage: string): { readonly line: number; readonly column: number } {
  const lines = text.split(/\r?\n/);
  const index = lines.findIndex((line) => line.includes(passage));
  if (index < 0) throw new Error(`"${passage}" is not in the text`);
  return { line: index + 1, column: (lines[index] ?? '').indexOf(passage) + 1 };
}
