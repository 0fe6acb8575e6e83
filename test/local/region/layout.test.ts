import { describe, expect, it } from '@jest/globals';
import { forwarderAddresses } from '../../../local/region/forwarder-addresses.ts';
import { regionLayout } from '../../../local/region/layout.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';

const CONFIG = requireParsed(loadStack('stacks', 'local'));
const LAYOUT = regionLayout(CONFIG, '/srv/region');

describe("a local region's layout", () => {
  it('has one node for each zone, each with addresses of its own', () => {
    expect(LAYOUT.nodes.map(({ zone }) => zone)).toEqual(CONFIG.region.zones);
    for (const key of ['namespace', 'address', 'podRange', 'folder', 'cgroup', 'port'] as const) {
      expect(new Set(LAYOUT.nodes.map((node) => node[key])).size).toBe(LAYOUT.nodes.length);
    }
  });

  it('has names that Linux takes for links, and that no other region on the machine has', () => {
    for (const { port } of LAYOUT.nodes) expect(port.length).toBeLessThanOrEqual(15);
    expect(regionLayout(CONFIG, '/srv/other').prefix).not.toBe(LAYOUT.prefix);
  });

  it('opens doors on loopback addresses only', () => {
    for (const { listen } of forwarderAddresses(LAYOUT)) expect(listen).toMatch(/^127\./);
  });

  it('refuses a stack of a cloud, and ranges that its plan does not know', () => {
    const aws = requireParsed(loadStack('stacks', 'aws-us-west-2'));
    expect(() => regionLayout(aws, '/srv/region')).toThrow(/aws-us-west-2 is no local stack/);
    const narrow = { ...CONFIG, region: { ...CONFIG.region, addressRange: '10.87.0.0/20' } };
    expect(() => regionLayout(narrow, '/srv/region')).toThrow('10.87.0.0/20');
  });
});
