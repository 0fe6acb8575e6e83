import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { previewStack } from '../../local/pulumi/preview-stack.ts';
import { judgeCloud } from '../../policies/cloud/judge-cloud.ts';
import type { Exemption } from '../../policies/exemptions.ts';
import type { PolicyReport } from '../../policies/report/policy-report.ts';
import { hintsFor } from '../pulumi/hints.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { cloudResources } from './cloud-resources.ts';

export interface CloudCheckOptions {
  /** Folder with Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  readonly exemptions: readonly Exemption[];
  /** As YYYY-MM-DD. */
  readonly today: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Judges what the program of a stack would make, as if nothing of it were there yet: reads no state and needs no backend.
 *
 * @throws UserError when the preview fails, with what the engine said: a stack that was not seen is not a clean one
 */
export async function judgeCloudStack(tools: PulumiTools, options: CloudCheckOptions): Promise<PolicyReport> {
  const { project, stack, exemptions, today, env = {} } = options;
  const preview = await previewStack(tools, { project, stack, against: 'empty', env });
  if (!preview.ok) {
    const said = preview.errors.join('\n');
    const hints = hintsFor(`${said}\n${preview.run.stderr}`).map(({ hint }) => hint);
    throw new UserError(`the cloud resources of ${stack} could not be judged, for its preview failed:\n${said}`, {
      hint:
        hints.length > 0
          ? hints.join('\n  ')
          : `see what ./flotilla pulumi preview --stack ${stack} says, or check without --cloud`,
      exitCode: EXIT_CODES.environment,
    });
  }
  const resources = cloudResources(preview.resources);
  if (resources.length === 0) {
    throw new UserError(`the preview of ${stack} has no cloud resources, so that there is nothing to judge`, {
      hint: `see what ./flotilla pulumi preview --stack ${stack} says`,
      exitCode: EXIT_CODES.environment,
    });
  }
  return judgeCloud(resources, { stack, exemptions, today });
}
