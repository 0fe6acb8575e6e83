import type { NetworkPolicy, Pod } from '../../../local/agent/kubernetes-types.ts';
import { describe, expect, it } from '@jest/globals';
import { policyRules, type PolicyState } from '../../../local/agent/network-policy-rules.ts';

const pod = (
  name: string,
  address: string,
  over: { readonly namespace?: string; readonly node?: string } = {},
): Pod => ({
  metadata: { name, namespace: over.namespace ?? 'shop', labels: { app: name } },
  spec: {
    nodeName: over.node ?? 'a',
    containers: [{ name, ports: [{ name: 'main', containerPort: 9092, protocol: 'TCP' }] }],
  },
  status: { podIP: address, phase: 'Running' },
});

const policy = (spec: NonNullable<NetworkPolicy['spec']>): NetworkPolicy => ({
  metadata: { name: 'policy', namespace: 'shop' },
  spec,
});

const state = (policies: readonly NetworkPolicy[], pods: readonly Pod[]): PolicyState => ({
  policies,
  pods,
  namespaces: [
    { metadata: { name: 'shop', labels: { team: 'shop' } } },
    { metadata: { name: 'bank', labels: { team: 'bank' } } },
  ],
});

/** What the chain of a pod lets through in one direction; undefined where nothing shuts the pod. */
function openOf(rules: string, direction: string, address: string): readonly string[] | undefined {
  const name = `${direction}_${address.replaceAll('.', '_')}`;
  const body = new RegExp(`chain ${name} \\{\\n([^}]*?)    drop\\n  \\}`).exec(
    rules.replaceAll(/\{ ([\d., ]+) \}/g, '[$1]'),
  );
  return body?.[1]
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim());
}

const WEB = pod('web', '10.88.0.2');
const KAFKA = pod('kafka', '10.88.0.3');
const TELLER = pod('teller', '10.88.1.2', { namespace: 'bank', node: 'b' });

describe('network policies of a local region', () => {
  it('leave a pod alone that no policy selects', () => {
    const rules = policyRules(state([policy({ podSelector: { matchLabels: { app: 'web' } } })], [WEB, KAFKA]), 'a');
    expect(openOf(rules, 'ingress', '10.88.0.3')).toBeUndefined();
    expect(rules).not.toContain('10.88.0.3');
  });

  it('shut a selected pod in the directions that the policy speaks of, and in no other', () => {
    const denied = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const rules = policyRules(state([denied], [WEB]), 'a');
    expect(openOf(rules, 'ingress', '10.88.0.2')).toEqual([]);
    expect(openOf(rules, 'egress', '10.88.0.2')).toEqual([]);
    const inward = policyRules(state([policy({ podSelector: {} })], [WEB]), 'a');
    expect(openOf(inward, 'ingress', '10.88.0.2')).toEqual([]);
    expect(openOf(inward, 'egress', '10.88.0.2')).toBeUndefined();
  });

  it('are enforced on the node that the pod runs on', () => {
    const denied = policy({ podSelector: {} });
    expect(policyRules(state([denied], [WEB]), 'b')).not.toContain('10.88.0.2');
  });

  it('let in the pods of a peer, of any node, by the name of the port of the pod that is reached', () => {
    const opened = policy({
      podSelector: { matchLabels: { app: 'kafka' } },
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { team: 'bank' } } },
            { podSelector: { matchLabels: { app: 'web' } } },
          ],
          ports: [{ port: 'main' }],
        },
      ],
    });
    const rules = policyRules(state([opened], [WEB, KAFKA, TELLER]), 'a');
    expect(openOf(rules, 'ingress', '10.88.0.3')).toEqual([
      'ip saddr [10.88.0.2] tcp dport 9092 return',
      'ip saddr [10.88.1.2] tcp dport 9092 return',
    ]);
  });

  it('let out to address blocks without their exceptions, and to ranges of ports', () => {
    const opened = policy({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
          ports: [{ port: 443 }, { port: 9000, endPort: 9100 }, { protocol: 'UDP', port: 53 }],
        },
      ],
    });
    const rules = policyRules(state([opened], [WEB]), 'a');
    const from = 'ip daddr 10.0.0.0/8 ip daddr != { 10.1.0.0/16 }';
    expect(rules).toContain(`${from} tcp dport 443 return`);
    expect(rules).toContain(`${from} tcp dport 9000-9100 return`);
    expect(rules).toContain(`${from} udp dport 53 return`);
  });

  it('open nothing to a peer that no pod is, and everything to a rule without peers and ports', () => {
    const nobody = policy({
      podSelector: {},
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'none' } } }] }],
    });
    expect(openOf(policyRules(state([nobody], [WEB]), 'a'), 'ingress', '10.88.0.2')).toEqual([]);
    const all = policy({ podSelector: {}, ingress: [{}] });
    expect(openOf(policyRules(state([all], [WEB]), 'a'), 'ingress', '10.88.0.2')).toEqual(['return']);
  });

  it('forget the address of a pod that has ended, for another may have it by now', () => {
    const ended = { ...TELLER, status: { ...TELLER.status, phase: 'Succeeded' } };
    const opened = policy({
      podSelector: { matchLabels: { app: 'kafka' } },
      ingress: [{ from: [{ namespaceSelector: {} }] }],
    });
    expect(policyRules(state([opened], [KAFKA, ended]), 'a')).not.toContain('10.88.1.2');
  });

  it('are the same text for the same state in any order', () => {
    const one = policy({ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] });
    const pods = [WEB, KAFKA, TELLER];
    expect(policyRules(state([one], pods), 'a')).toBe(policyRules(state([one], [...pods].reverse()), 'a'));
  });
});
