import type { Command } from 'commander';

/** Options of a command that looks at a Kubernetes cluster's PSCs (`ClusterChoice`). */
export function inCluster(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig of the Kubernetes cluster (default: the region on this machine)')
    .option('--context <name>', 'context of your kubeconfig');
}

/** The same, and of what it prints. */
export function forCluster(command: Command): Command {
  return inCluster(command).option('--json', 'print it as JSON');
}
