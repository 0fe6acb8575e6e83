import { describe, expect, test } from '@jest/globals';
import { PUBLIC_CLOUDS, type CloudExample, type CloudRule } from '../../../policies/cloud/cloud-rule.ts';
import { cloudVerdicts, demandsOf } from '../../../policies/cloud/judge-cloud.ts';
import { CLOUD_RULES } from '../../../policies/cloud/rules/index.ts';
import { RULES } from '../../../policies/rules/index.ts';
import { TODAY } from '../support.ts';

/** Every example of every rule on every cloud. */
const EXAMPLES = CLOUD_RULES.flatMap((rule) =>
  PUBLIC_CLOUDS.flatMap((cloud) => {
    const examples = rule.clouds[cloud]?.examples;
    return [
      ...(examples?.passing ?? []).map((example) => [rule.id, cloud, 'pass', example.title, rule, example] as const),
      ...(examples?.failing ?? []).map((example) => [rule.id, cloud, 'fail', example.title, rule, example] as const),
    ];
  }),
);

describe('every cloud rule', () => {
  test.each(CLOUD_RULES.map((rule) => [rule.id, rule] as const))(
    '%s has a passing and a failing example on each cloud that it covers',
    (_, { clouds }) => {
      expect(Object.keys(clouds)).not.toEqual([]);
      for (const { demands, examples } of Object.values(clouds)) {
        expect(demands.length).toBeGreaterThan(0);
        expect(examples.passing.length).toBeGreaterThan(0);
        expect(examples.failing.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(
    CLOUD_RULES.filter(({ clouds }) => Object.keys(clouds).length < PUBLIC_CLOUDS.length).map(
      (r) => [r.id, r] as const,
    ),
  )('%s says why it leaves a cloud out', (_, { scope }) => {
    expect(scope).toBeDefined();
  });

  test('has an id of its own in kebab case, also among the rules over Kubernetes objects', () => {
    const ids = [...CLOUD_RULES, ...RULES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });
});

describe('examples of cloud rules', () => {
  test.each(EXAMPLES)('%s on %s: %s on %s', (_id, _cloud, verdict, _title, rule, example) => {
    expect(messagesOf(rule, example).length === 0 ? 'pass' : 'fail').toBe(verdict);
  });

  test.each(EXAMPLES.filter(([, , verdict]) => verdict === 'fail'))(
    '%s on %s: %s on %s is found by a demand of that cloud only',
    (_id, cloud, _verdict, _title, rule, example) => {
      const { [cloud]: half } = rule.clouds;
      const messages = new Set((half?.demands ?? []).map(({ message }) => message));
      expect(messagesOf(rule, example).filter((message) => !messages.has(message))).toEqual([]);
    },
  );
});

describe('examples notice a demand that has gone blind', () => {
  const demands = CLOUD_RULES.flatMap((rule) =>
    PUBLIC_CLOUDS.flatMap((cloud) =>
      (rule.clouds[cloud]?.demands ?? []).map((demand, index) => [rule.id, cloud, index, rule, demand] as const),
    ),
  );
  test.each(demands)('%s on %s, demand %d', (_id, cloud, _index, rule, demand) => {
    const failing = rule.clouds[cloud]?.examples.failing ?? [];
    const missed = failing.filter((example) => messagesOf(withoutDemand(rule, demand.message), example).length === 0);
    expect(missed).not.toEqual([]);
  });

  test.each(demands)('%s on %s, demand %d that holds for nothing', (_id, cloud, _index, rule, demand) => {
    const passing = rule.clouds[cloud]?.examples.passing ?? [];
    const types = passing.flatMap(({ resources }) => resources.map(({ type }) => type));
    expect(demand.types.some((type) => types.includes(type)) || rule.id === 'identity-no-lasting-keys').toBe(true);
  });
});

describe('a rule', () => {
  test('says nothing of resources that it does not speak of', () => {
    const resources = [
      {
        urn: 'urn',
        type: 'random:index/randomPassword:RandomPassword',
        name: 'x',
        props: {},
        protect: false,
        references: {},
      },
    ];
    expect([...cloudVerdicts(resources, { rules: CLOUD_RULES, today: TODAY })]).toEqual([]);
  });
});

function messagesOf(rule: CloudRule, { resources }: CloudExample): readonly string[] {
  const verdicts = [...cloudVerdicts(resources, { rules: [rule], today: TODAY })];
  expect(verdicts.filter(({ notKnown }) => notKnown !== undefined)).toEqual([]);
  return verdicts.map(({ message }) => message);
}

function withoutDemand(rule: CloudRule, message: string): CloudRule {
  const clouds = Object.fromEntries(
    Object.entries(rule.clouds).map(([cloud, half]) => [
      cloud,
      {
        ...half,
        demands: demandsOf({ ...rule, clouds: { aws: half } }).filter((demand) => demand.message !== message),
      },
    ]),
  );
  return { ...rule, clouds };
}
