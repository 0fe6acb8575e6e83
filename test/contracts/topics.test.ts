import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AUDIT_TOPIC,
  RECORD_HEADERS,
  TopicNameError,
  topicListOf,
  topicPrefixOf,
  topicsOf,
} from '../../contracts/topics.ts';

describe('topicsOf', () => {
  it('names the topics of one data plane, compacted, each with its direction', () => {
    expect(topicsOf('aws-us-west-2-a')).toEqual({
      psc: { name: 'flotilla.aws-us-west-2-a.psc.v1', direction: 'down', cleanupPolicy: 'compact' },
      clusterConfig: {
        name: 'flotilla.aws-us-west-2-a.cluster-config.v1',
        direction: 'down',
        cleanupPolicy: 'compact',
      },
      apiKey: { name: 'flotilla.aws-us-west-2-a.api-key.v1', direction: 'down', cleanupPolicy: 'compact' },
      pscStatus: { name: 'flotilla.aws-us-west-2-a.psc-status.v1', direction: 'up', cleanupPolicy: 'compact' },
    });
    expect(AUDIT_TOPIC.name).toBe('flotilla.audit.v1');
    expect(RECORD_HEADERS.kubernetesCluster).toBe('k8s-cluster-id');
  });

  it.each(['', 'a.b', 'a_b', 'A', '-a', 'a-', 'ä', 'a b', 'a\n', 'audit', 'a'.repeat(300)])(
    'refuses the id %j with the rule it breaks',
    (id) => {
      expect(() => topicsOf(id)).toThrow(TopicNameError);
      expect(() => topicsOf(id)).toThrow(/choose another id/);
    },
  );

  it('takes ids up to the length at which the longest topic has 249 characters', () => {
    const longest = 'a'.repeat(249 - 'flotilla..cluster-config.v1'.length);
    expect(topicsOf(longest).clusterConfig.name).toHaveLength(249);
    expect(() => topicsOf(`${longest}a`)).toThrow(`at most ${longest.length} characters`);
  });

  it('gives legal names to Kafka, for any id that it takes', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[-a-z0-9]+$/), (anything, likely) => {
        for (const id of [anything, likely]) {
          for (const name of namesOrNone(id)) expect(name).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
        }
      }),
    );
  });

  it('puts no topic of one data plane, nor the audit topic, below the prefix of another', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-.a-z0-9]{1,6}$/), fc.stringMatching(/^[-.a-z0-9]{1,6}$/), (one, other) => {
        fc.pre(one !== other && namesOrNone(one).length > 0);
        const prefix = topicPrefixOf(one);
        for (const name of [...namesOrNone(other), AUDIT_TOPIC.name]) expect(name.startsWith(prefix)).toBe(false);
      }),
    );
  });
});

function namesOrNone(id: string): readonly string[] {
  try {
    return topicListOf(topicsOf(id)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof TopicNameError) return [];
    throw error;
  }
}
