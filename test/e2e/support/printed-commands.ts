/**
 * Commands that a text for people shows under a title, as they stand there: lines of two or more spaces, those that end in
 * a backslash joined with the next.
 *
 * @throws Error where there is no such title or no command under it
 */
export function printedCommands(text: string, title: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(title) && line.endsWith(':'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('  '));
  const block = lines.slice(start + 1, end);
  if (start < 0 || block.length === 0) throw new Error(`no commands under "${title}" in:\n${text}`);
  const commands: string[] = [];
  let isContinued = false;
  for (const line of block) {
    if (isContinued) commands.push(`${commands.pop() ?? ''}\n${line}`);
    else commands.push(line.trim());
    isContinued = line.endsWith('\\');
  }
  return commands;
}
