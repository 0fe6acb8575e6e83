import type { CustomResourceOptions } from '@pulumi/pulumi';
import type { SecurityGroup } from '@pulumi/aws/ec2/securityGroup.js';
import { SecurityGroupIngressRule } from '@pulumi/aws/vpc/securityGroupIngressRule.js';
import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';

export interface LetInArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly group: SecurityGroup;
  readonly port: number;
  /** A word for each IPv4 block that may come in, as in `pods-a`. */
  readonly clientRanges: Readonly<Record<string, string>>;
  readonly options: CustomResourceOptions;
}

/** Opens one port of a security group to each range by a rule of its own: one more range changes no other's. */
export function letIn(name: string, { stack, region, group, port, clientRanges, options }: LetInArgs): void {
  for (const [client, cidrIpv4] of Object.entries(clientRanges)) {
    new SecurityGroupIngressRule(
      `${name}-from-${client}`,
      {
        securityGroupId: group.id,
        description: client,
        cidrIpv4,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        tags: regionTags({ stack, region }, `${name}-from-${client}`),
      },
      options,
    );
  }
}

/** Why nobody, or everybody, would come in. */
export function clientRangeProblems(clientRanges: Readonly<Record<string, string>>): readonly InputProblem[] {
  return [
    ...problemUnless(
      Object.keys(clientRanges).length > 0,
      'clientRanges',
      undefined,
      'name at least one range that may come in',
    ),
    ...Object.entries(clientRanges).flatMap(([client, range]) =>
      problemUnless(
        PRIVATE_BLOCK.test(range),
        `clientRanges.${client}`,
        range,
        'only blocks of private addresses come from inside, as in 10.0.0.0/16',
      ),
    ),
  ];
}

/** RFC 1918, and the shared space of RFC 6598 that networks of pods are cut from. */
const PRIVATE_BLOCK =
  /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(\.\d{1,3}){2}\/(8|9|[12]\d|3[0-2])$/;
