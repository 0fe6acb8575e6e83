import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { MothershipArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { addressRangeProblems } from './network-problems.ts';
import { PROJECT_ID, regionProblems } from './region-problems.ts';

/** A mothership that is offered or reached by a private link. */
export type LinkedMothership = MothershipArgs & { readonly privateLink: object };
export type OfferedMothership = Extract<LinkedMothership, { readonly hosted: true }>;
export type ReachedMothership = Extract<LinkedMothership, { readonly hosted: false }>;

/** Whether a region's mothership has a private link at all. */
export function isLinked(mothership: MothershipArgs): mothership is LinkedMothership {
  return mothership.privateLink !== undefined;
}

/** Everything that is wrong with the arguments of a private link on GCP. */
export function mothershipLinkProblems(args: {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly mothership: LinkedMothership;
}): readonly InputProblem[] {
  const { region, mothership } = args;
  return [
    ...regionProblems(args),
    ...addressRangeProblems(region),
    ...(mothership.hosted ? offerProblems(region, mothership) : reachProblems(mothership)),
  ];
}

/** Region of a service attachment, by its self link; undefined where the text is none. */
export function serviceRegion(service: string): string | undefined {
  return SERVICE_ATTACHMENT.exec(service)?.groups?.['region'];
}

/** Domain of all hosts of a mothership, by its bootstrap server; undefined where that has none. */
export function mothershipDomain(bootstrapServer: string): string | undefined {
  return BOOTSTRAP_SERVER.exec(bootstrapServer)?.groups?.['domain'];
}

function offerProblems(region: RegionPlace, { privateLink }: OfferedMothership): readonly InputProblem[] {
  const { loadBalancer, consumers } = privateLink;
  const path = 'mothership.privateLink';
  return [
    ...problemUnless(
      FORWARDING_RULE.exec(loadBalancer)?.groups?.['region'] === region.name,
      `${path}.loadBalancer`,
      loadBalancer,
      `use the self link of the gateway's internal forwarding rule, projects/<project>/regions/${region.name}/forwardingRules/<name>`,
    ),
    ...problemUnless(
      consumers.length > 0,
      `${path}.consumers`,
      undefined,
      'name the projects that may connect: without one nobody can',
    ),
    ...consumers.flatMap((consumer, index) =>
      problemUnless(
        PROJECT_ID.test(consumer) && consumers.indexOf(consumer) === index,
        `${path}.consumers[${index}]`,
        consumer,
        "use a project's id that stands here once",
      ),
    ),
  ];
}

function reachProblems({ bootstrapServer, privateLink }: ReachedMothership): readonly InputProblem[] {
  return [
    ...problemUnless(
      serviceRegion(privateLink.service) !== undefined,
      'mothership.privateLink.service',
      privateLink.service,
      'use the self link of a service attachment, projects/<project>/regions/<region>/serviceAttachments/<name>',
    ),
    ...problemUnless(
      mothershipDomain(bootstrapServer) !== undefined,
      'mothership.bootstrapServer',
      bootstrapServer,
      "use host:port of the mothership's external bootstrap, bootstrap.<domain>:<port>",
    ),
  ];
}

const COMPUTE = String.raw`^(https://www\.googleapis\.com/compute/v1/)?projects/[^/\s]+/regions/(?<region>[a-z0-9-]+)`;
const FORWARDING_RULE = new RegExp(String.raw`${COMPUTE}/forwardingRules/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`);
const SERVICE_ATTACHMENT = new RegExp(String.raw`${COMPUTE}/serviceAttachments/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`);
const BOOTSTRAP_SERVER = /^bootstrap\.(?<domain>[a-z0-9-]+(\.[a-z0-9-]+)+):\d{1,5}$/;
