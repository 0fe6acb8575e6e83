import type { StackConfig } from '../../stacks/stack-config.ts';
import { endsFirst, QUOTA_HEADER, quotaCells, type QuotaReport, quotaReport, sourceText } from './quota-report.ts';

/** docs/quotas.md: how each stack of a public cloud stands with the quotas that bite first. */
export function quotaPage(configs: readonly StackConfig[]): string {
  const reports = configs.map((config) => quotaReport(config)).filter(({ quotas }) => quotas.length > 0);
  return [PREFACE, ...reports.map(section), BEYOND].join('\n');
}

const PREFACE = `# Cloud quotas, and how many tenants fit under them

<!-- Written by \`node cli/explain/write-quota-page.ts\`; a test holds it against the code. -->

Every tenant has a key, a bucket and an identity of its own, and so takes a piece of quotas that nobody thinks of before they end.
The tables count what this project's components make. They stand for the stacks of this repository, without their tenants;
\`./flotilla explain <stack> --quotas\` prints the same for any stack, \`--json\` for machines.

- A tenant here is the smallest: 1 CKU over all zones, with a key of the platform's making and without Infinite Storage.
  Larger ones take more vCPUs and storage, and no more of anything else.
- "Platform takes" is the region with its Kubernetes clusters, nodes at their minimum and the mothership where it is hosted.
- Quotas of an account, a project or a subscription are shared with all other regions and with everything else in it.
- Figures were read on the day beside each, in stored copies of the pages named there; "unchecked" says which page could not be read.
  Clouds change them and give accounts their own: the account's quota page is what counts.
`;

function section(report: QuotaReport): string {
  const { stack, cloud, quotas } = report;
  return [
    `## ${CLOUD_NAMES[cloud] ?? cloud}: ${stack}`,
    '',
    ...endsFirst(report).map((sentence) => `- ${sentence}`),
    '',
    markdownTable(
      [...QUOTA_HEADER, 'beyond', 'source'],
      [...quotas.map((quota) => [...quotaCells(quota), quota.beyond, sourceText(quota)])],
    ),
    '',
  ].join('\n');
}

const CLOUD_NAMES: Readonly<Record<string, string>> = { aws: 'AWS', gcp: 'GCP', azure: 'Azure' };

const BEYOND = `## What the design does beyond

- **More tenants than a quota of an account takes:** a stack names its account, project or subscription (\`flotilla:region.account\`).
  Another one is another stack beside the first, in the same region if need be: nothing of one refers to the other but the mothership's address.
- **More tenants than a Kubernetes cluster takes:** another entry in \`flotilla:kubernetesClusters\` of the same stack. It brings a load
  balancer, node pools and identities of its own, and no other tenant sees it come.
- **Load balancers:** one for a data plane, whatever the number of brokers ([ADR 0005](adr/0005-external-access-by-sni-gateway.md)).
- **Volumes on a node:** a node of brokers carries one broker and one volume; controllers share nodes until CPU and memory end, which
  is before the machine's attachments do. The figures are those of the capacity catalogue.
`;

/** Padded as Prettier pads tables, so that the page is what Prettier would make of it. */
function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
