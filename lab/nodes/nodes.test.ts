import { describe, expect, it } from 'vitest';
import { createHardwareRegistry } from './hardware.ts';
import { nodeProfile, type NodeAdditions } from './nodes.ts';

const machine = createHardwareRegistry(() => 0).add({ name: 'node-1', ip: '10.0.0.1', drives: ['A', 'B'] });
const storage: NodeAdditions = ({ drives }) => ({
  labels: { storage: 'yes' },
  annotations: { drives: drives.join() },
  extendedResources: { drives: drives.length },
});
const network: NodeAdditions = () => ({ labels: { network: 'yes' }, extendedResources: { cards: 1 } });

describe('the profile of a machine', () => {
  it('has what every system shows on its Node', () => {
    expect(nodeProfile(machine, [storage, network])).toMatchObject({
      labels: { storage: 'yes', network: 'yes' },
      annotations: { drives: 'A,B' },
      extendedResources: { drives: 2, cards: 1 },
      zone: 'zone-1',
    });
  });

  it('has the labels that are given and no others, and annotations and resources beside those of the systems', () => {
    const given = { labels: { role: 'app' }, annotations: { drives: '' }, extendedResources: { cards: 0 } };
    expect(nodeProfile(machine, [storage, network], given)).toMatchObject({
      annotations: { drives: '' },
      extendedResources: { drives: 2, cards: 0 },
    });
    expect(nodeProfile(machine, [storage, network], given).labels).toEqual({ role: 'app' });
  });
});
