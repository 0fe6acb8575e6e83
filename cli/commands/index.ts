import type { Command } from 'commander';

type AddCommand = (program: Command) => void;

/** Every command and the module that knows it. */
export const COMMANDS = {
  synth: async () => (await import('./synth.ts')).addSynthCommand,
  check: async () => (await import('./check.ts')).addCheckCommand,
  config: async () => (await import('./config.ts')).addConfigCommand,
  explain: async () => (await import('./explain.ts')).addExplainCommand,
  diff: async () => (await import('./diff.ts')).addDiffCommand,
  apply: async () => (await import('./apply.ts')).addApplyCommand,
  up: async () => (await import('./up.ts')).addUpCommand,
  down: async () => (await import('./down.ts')).addDownCommand,
  status: async () => (await import('./status.ts')).addStatusCommand,
  logs: async () => (await import('./logs.ts')).addLogsCommand,
  connect: async () => (await import('./connect.ts')).addConnectCommand,
  demo: async () => (await import('./demo.ts')).addDemoCommand,
  psc: async () => (await import('./psc.ts')).addPscCommand,
  balance: async () => (await import('./balance.ts')).addBalanceCommand,
  fault: async () => (await import('./fault.ts')).addFaultCommand,
  serve: async () => (await import('./serve.ts')).addServeCommand,
  pulumi: async () => (await import('./pulumi.ts')).addPulumiCommand,
  generate: async () => (await import('./generate.ts')).addGenerateCommand,
  bench: async () => (await import('./bench.ts')).addBenchCommand,
  sim: async () => (await import('./sim.ts')).addSimCommand,
  test: async () => (await import('./test.ts')).addTestCommand,
  completion: async () => (await import('./completion.ts')).addCompletionCommand,
} as const satisfies Record<string, () => Promise<AddCommand>>;

export type CommandName = keyof typeof COMMANDS;
