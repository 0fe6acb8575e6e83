import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addExplainCommand, explain, type ExplainOptions, shapeRequestFrom } from '../../../cli/commands/explain.ts';
import { EXIT_CODES, UserError } from '../../../cli/user-error.ts';
import { explainShape } from '../../../constructs/capacity/explain-shape.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';

describe('the options of explain', () => {
  it('stand for three zones of a common region where none are named', () => {
    expect(shapeRequestFrom({ cku: '4', cloud: 'aws' })).toEqual({
      cloud: 'aws',
      ckus: 4,
      zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
      infiniteStorage: 'on',
    });
  });

  it('take zones in the order given', () => {
    const { zones, infiniteStorage } = shapeRequestFrom({
      cku: '2',
      cloud: 'azure',
      zones: 'c, a,b',
      infiniteStorage: 'off',
    });
    expect(zones).toEqual(['c', 'a', 'b']);
    expect(infiniteStorage).toBe('off');
  });

  const wrong: readonly (readonly [string, ExplainOptions])[] = [
    ['no number of CKUs', { cloud: 'aws' }],
    ['no cloud', { cku: '1' }],
    ['a cloud that does not exist', { cku: '1', cloud: 'moon' }],
    ['no whole number of CKUs', { cku: '1.5', cloud: 'aws' }],
    ['a word for CKUs', { cku: 'many', cloud: 'aws' }],
    ['no CKU', { cku: '0', cloud: 'aws' }],
    ['too many CKUs', { cku: '153', cloud: 'aws' }],
    ['two zones', { cku: '1', cloud: 'aws', zones: 'a,b' }],
    ['a zone twice', { cku: '1', cloud: 'aws', zones: 'a,b,a' }],
    ['a word for Infinite Storage', { cku: '1', cloud: 'aws', infiniteStorage: 'yes' }],
  ];
  it.each(wrong)('with %s end in one message that says what to do', (_, options) => {
    const problem = userErrorOf(() => explain(shapeRequestFrom(options), 'text'));
    expect(problem.exitCode).toBe(EXIT_CODES.usage);
    expect(problem.message).not.toBe('');
    expect(problem.hint).not.toBe('');
  });
});

describe('an explanation', () => {
  const request = shapeRequestFrom({ cku: '3', cloud: 'gcp' });

  it('is the text of the shape', () => {
    expect(explain(request, 'text')).toBe(`${explainShape(shapeOf(request))}\n`);
  });

  it('is the whole shape as JSON where asked for', () => {
    expect(JSON.parse(explain(request, 'json'))).toEqual(shapeOf(request));
  });
});

describe('the command', () => {
  it('shows examples in its help', () => {
    const program = new Command('flotilla');
    addExplainCommand(program);
    let help = '';
    program.commands[0]?.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    program.commands[0]?.outputHelp();
    expect(help).toContain('--cku <number>');
    expect(help).toContain('$ ./flotilla explain --cku 4 --cloud aws');
  });
});

function userErrorOf(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}
