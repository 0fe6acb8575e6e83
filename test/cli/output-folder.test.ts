import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stageFolder } from '../../cli/synth/output-folder.ts';
import { UserError } from '../../cli/user-error.ts';

/** Larger than any process id that Linux gives out: a process that is surely gone. */
const DEAD_PID = 2 ** 22 + 1;

describe('an output folder', () => {
  let root: string;
  let target: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'output-folder-'));
    target = join(root, 'dist', 'stack');
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const writeGood = (content: string): void => {
    const folder = stageFolder(target, process.pid);
    folder.write('a/good.yaml', content);
    folder.commit();
  };

  it('holds exactly what was written last', () => {
    writeGood('first');
    const folder = stageFolder(target, process.pid);
    folder.write('b/other.yaml', 'second');
    folder.commit();
    expect(readdirSync(target)).toEqual(['b']);
    expect(readFileSync(join(target, 'b/other.yaml'), 'utf8')).toBe('second');
    expect(readdirSync(join(root, 'dist'))).toEqual(['stack']);
  });

  it('keeps the last good content until the new one is committed', () => {
    writeGood('good');
    const folder = stageFolder(target, process.pid);
    folder.write('a/good.yaml', 'half-made');
    expect(readFileSync(join(target, 'a/good.yaml'), 'utf8')).toBe('good');
    folder.discard();
    expect(readFileSync(join(target, 'a/good.yaml'), 'utf8')).toBe('good');
    expect(readdirSync(join(root, 'dist'))).toEqual(['stack']);
  });

  it('is put back when the process that was swapping it died between the two renames', () => {
    const previous = join(root, 'dist', `.stack.${DEAD_PID}.previous`);
    mkdirSync(previous, { recursive: true });
    writeFileSync(join(previous, 'good.yaml'), 'good');
    mkdirSync(join(root, 'dist', `.stack.${DEAD_PID}.partial`));

    const folder = stageFolder(target, process.pid);
    expect(readFileSync(join(target, 'good.yaml'), 'utf8')).toBe('good');
    folder.discard();
    expect(readdirSync(join(root, 'dist'))).toEqual(['stack']);
  });

  it('leaves alone what a process that still runs is writing', () => {
    const running = join(root, 'dist', `.stack.${process.ppid}.partial`);
    mkdirSync(running, { recursive: true });
    stageFolder(target, process.pid).discard();
    expect(existsSync(running)).toBe(true);
  });

  it('does not touch the leftovers of another stack', () => {
    const other = join(root, 'dist', `.stack-two.${DEAD_PID}.partial`);
    mkdirSync(other, { recursive: true });
    stageFolder(target, process.pid).discard();
    expect(existsSync(other)).toBe(true);
  });

  it('says what to do when it cannot be written', () => {
    writeFileSync(join(root, 'dist'), 'a file in the way');
    const attempt = (): unknown => stageFolder(target, process.pid);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/cannot be written/);
  });
});
