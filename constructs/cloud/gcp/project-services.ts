import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Service } from '@pulumi/gcp/projects/service.js';
import { ServiceIdentity } from '@pulumi/gcp/projects/serviceIdentity.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpProjectServicesArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
}

/**
 * The APIs that a region's project must have on, and the agents that Google makes only when asked. Nothing is ever
 * turned off: other regions, and people, may use the same project. What needs an API depends on this component.
 *
 * One agent is not here. Cloud Storage makes its own the first time that somebody asks for its name, which no resource
 * does (github.com/hashicorp/terraform-provider-google/issues/9730): in a project that has never had it, run
 * `gcloud storage service-agent --project=<project>` once before the first `pulumi up`.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpProjectServices extends ComponentResource {
  /** E-mail addresses of the agents that are made here, given out once they exist. */
  readonly agents: { readonly cloudSql: Output<string>; readonly secretManager: Output<string> };

  constructor(name: string, args: GcpProjectServicesArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`project services ${name}`, regionProblems(args));
    super('flotilla:gcp:ProjectServices', name, {}, options);

    const project = args.region.account;
    const services = PROJECT_SERVICES.map(
      (service) =>
        new Service(
          `${name}-${service}`,
          {
            project,
            service: `${service}.googleapis.com`,
            disableOnDestroy: false,
          },
          { parent: this },
        ),
    );
    const agentOf = (service: ServiceWithMadeAgent): Output<string> =>
      new ServiceIdentity(
        `${name}-${service}-agent`,
        { project, service: `${service}.googleapis.com` },
        { parent: this, dependsOn: services },
      ).email;

    this.agents = { cloudSql: agentOf('sqladmin'), secretManager: agentOf('secretmanager') };
    this.registerOutputs({ agents: this.agents });
  }
}

/** In a region without a control plane too: an API that is on costs nothing, and the platform's key names all agents. */
export const PROJECT_SERVICES = [
  'artifactregistry',
  'billingbudgets',
  'cloudkms',
  'cloudresourcemanager',
  'compute',
  'container',
  'dns',
  'iam',
  'iamcredentials',
  'logging',
  'monitoring',
  'secretmanager',
  'servicenetworking',
  'sqladmin',
  'storage',
] as const;

type ServiceWithMadeAgent = Extract<(typeof PROJECT_SERVICES)[number], 'secretmanager' | 'sqladmin'>;
