import type { Command } from 'commander';
import { UserError } from '../user-error.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `flotilla completion <shell>`: a script that completes commands, options and stack names. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a shell completion script')
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(./flotilla completion bash)\n  $ ./flotilla completion fish | source',
    )
    .action((shell: string) => {
      if (!isShell(shell)) {
        throw new UserError(`no completion for the shell "${shell}"`, { hint: `choose one of: ${SHELLS.join(', ')}` });
      }
      process.stdout.write(completionScript(shell, program));
    });
}

function isShell(shell: string): shell is Shell {
  return (SHELLS as readonly string[]).includes(shell);
}

/** Script for one shell, made from the commands themselves so that it cannot fall behind them. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])).concat('--help'),
    takesStack: command.registeredArguments.some((argument) => argument.name().startsWith('stack')),
  }));
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `#compdef flotilla\nautoload -U bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
  }
}

interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly takesStack: boolean;
}

/** Stacks are read when completing, from the project that the completed launcher lies in. */
const LIST_STACKS = `ls "$(dirname "$root")/stacks" 2>/dev/null | sed -n 's/^Pulumi\\.\\(.*\\)\\.yaml$/\\1/p'`;

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, takesStack }) => {
    const stacks = takesStack ? ` $(${LIST_STACKS})` : '';
    return `    ${name}) words="${options.join(' ')}${stacks}" ;;`;
  });
  return `_flotilla() {
  local root words current="\${COMP_WORDS[COMP_CWORD]}"
  root="$(readlink -f "$(command -v "\${COMP_WORDS[0]}")")"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')} --help"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _flotilla flotilla ./flotilla
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, takesStack }) => [
    `complete -c flotilla -n __fish_use_subcommand -f -a ${name} -d '${description.replaceAll("'", String.raw`\'`)}'`,
    ...options.map((option) => `complete -c flotilla -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
    ...(takesStack
      ? [`complete -c flotilla -n '__fish_seen_subcommand_from ${name}' -f -a '(__flotilla_stacks)'`]
      : []),
  ]);
  return `function __flotilla_stacks
  set -l root (readlink -f (command -v (commandline -opc)[1]))
  ${LIST_STACKS.replace('"$(dirname "$root")/stacks"', '(dirname $root)/stacks')}
end
${lines.join('\n')}
`;
}
