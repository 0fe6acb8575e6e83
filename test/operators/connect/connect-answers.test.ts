import { describe, expect, test } from '@jest/globals';
import { firstLine, parseConnectors, parseVerdict } from '../../../operators/connect/connect-answers.ts';

const SECRET = 'hunter2hunter2';

describe("Connect's answers", () => {
  test('give config, states, workers, and why something failed, in one line', () => {
    const seen = parseConnectors({
      one: {
        info: { name: 'one', config: { name: 'one', x: '1' } },
        status: {
          connector: { state: 'RUNNING', worker_id: 'a:8083' },
          tasks: [
            { id: 1, state: 'FAILED', worker_id: 'b:8083', trace: 'X: no\n\tat here' },
            { id: 0, state: 'UNASSIGNED', worker_id: 'a:8083' },
          ],
        },
      },
    });
    expect(seen.get('one')).toEqual({
      config: { name: 'one', x: '1' },
      state: 'Running',
      worker: 'a:8083',
      trace: '',
      tasks: [
        { id: 0, state: 'Unassigned', worker: 'a:8083', trace: '' },
        { id: 1, state: 'Failed', worker: 'b:8083', trace: 'X: no' },
      ],
    });
  });

  test('are no connector while nobody knows its config, and Unknown in states that there is no word for', () => {
    expect(parseConnectors({ going: { status: { connector: { state: 'RUNNING' } } } }).size).toBe(0);
    const odd = parseConnectors({ odd: { info: { config: {} }, status: { connector: { state: 'DESTROYED' } } } });
    expect(odd.get('odd')?.state).toBe('Unknown');
  });

  test('say what is wrong with a config without the values that Connect quotes', () => {
    const errors = [`Invalid value ${SECRET} for configuration a.b: String must be one of: x`, 'Missing c'];
    const verdict = parseVerdict({ error_count: 2, configs: [{ value: { name: 'a.b', value: SECRET, errors } }] });
    expect(verdict).toEqual({
      verdict: 'rejected',
      problems: 'a.b: Invalid value for configuration a.b: String must be one of: x; a.b: Missing c',
    });
    expect(parseVerdict({ error_count: 0 })).toEqual({ verdict: 'fine' });
    expect(parseVerdict(undefined)).toMatchObject({ verdict: 'unknown' });
  });

  test.each([
    `PSQLException: FATAL: password=${SECRET}`,
    `ConnectException: jdbc:postgresql://me:${SECRET}@db:5432/x is away`,
    `ConfigException: sasl.jaas.config = Module required password="${SECRET}";`,
    `Invalid value ${SECRET}\nwith a line for configuration x`,
  ])('are without what lets somebody in: %s', (trace) => {
    expect(firstLine(trace)).not.toContain(`${SECRET}@`);
    expect(firstLine(trace.replace('\n', ' '))).not.toContain(SECRET);
  });

  test('are as long as the contract has room for', () => {
    expect(firstLine('x'.repeat(5_000))).toHaveLength(512);
  });
});
