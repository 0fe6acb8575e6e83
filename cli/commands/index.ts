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
  generate: async () => (await import('./generate.ts')).addGenerateCommand,
  bench: async () => (await import('./bench.ts')).addBenchCommand,
  test: async () => (await import('./test.ts')).addTestCommand,
  completion: async () => (await import('./completion.ts')).addCompletionCommand,
} as const satisfies Record<string, () => Promise<AddCommand>>;

export type CommandName = keyof typeof COMMANDS;
