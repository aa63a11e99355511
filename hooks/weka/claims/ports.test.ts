import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseContainerPorts, chooseRange, clusterSinglePorts, containerBlockSize } from './ports.ts';

const range = (basePort: number, portRange = 500) => ({ basePort, portRange });

describe('the range of a cluster', () => {
  it.each([
    ['the first cluster starts at the configured port', [], {}, range(35000)],
    ['the second takes the next gap', [range(35000)], {}, range(35500)],
    ['space below the first cluster is used again', [range(35500)], {}, range(35000)],
    ['a gap that is too small is passed over', [range(35000), range(35700)], {}, range(36200)],
    ['a wish is granted where it is free', [range(35000)], { basePort: 15000, portRange: 260 }, range(15000, 260)],
    [
      'a wish that overlaps is refused',
      [range(35000)],
      { basePort: 35400 },
      'ports 35400-35899 overlap with the range 35000-35499 of another cluster',
    ],
    ['nothing is left', [range(35000, 30000)], { portRange: 600 }, 'no gap of 600 ports is left above 35000'],
  ])('%s', (_name, taken, wish, expected) => {
    expect(chooseRange(taken, wish, 35000)).toEqual(expected);
  });
});

describe('the ports of a container', () => {
  it('the first gets the base port, and an agent port after the single ports of the cluster', () => {
    expect(chooseContainerPorts(range(35000), [])).toEqual({ wekaPort: 35000, agentPort: 35303 });
  });
  it('the second gets the next block and the next agent port', () => {
    expect(chooseContainerPorts(range(35000), [{ wekaPort: 35000, agentPort: 35303 }])).toEqual({
      wekaPort: 35100,
      agentPort: 35304,
    });
  });
  it('the fourth on a node gets the block after the single ports and the agents', () => {
    const used = [35000, 35100, 35200].map((wekaPort, index) => ({ wekaPort, agentPort: 35303 + index }));
    expect(chooseContainerPorts(range(35000), used)).toEqual({ wekaPort: 35400, agentPort: 35306 });
  });
  it('a wider range has more blocks', () => {
    const used = [35000, 35100, 35200, 35400].map((wekaPort, index) => ({ wekaPort, agentPort: 35303 + index }));
    expect(chooseContainerPorts(range(35000, 1000), used)).toEqual({ wekaPort: 35500, agentPort: 35307 });
  });
  it.each([
    ['a weka port that is held stays', { wekaPort: 35100 }, { wekaPort: 35100, agentPort: 35303 }],
    ['an agent port that is held stays', { agentPort: 35305 }, { wekaPort: 35000, agentPort: 35305 }],
  ])('%s', (_sentence, held, ports) => {
    expect(chooseContainerPorts(range(35000), [], held)).toEqual(ports);
  });
  it('says what is exhausted', () => {
    const used = [35000, 35100, 35200, 35400].map((wekaPort) => ({ wekaPort }));
    expect(chooseContainerPorts(range(35000), used)).toBe('no block of 100 ports is left on the node in 35000-35499');
  });
  it('never hands out a port twice on a node', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1024, max: 60000 }), (count, base) => {
        const used: { wekaPort: number; agentPort: number }[] = [];
        for (let index = 0; index < count; index += 1) {
          const ports = chooseContainerPorts(range(base), used);
          if (typeof ports === 'string') break;
          used.push(ports);
        }
        const all = used.flatMap(({ wekaPort, agentPort }) => [
          ...Array.from({ length: containerBlockSize }, (_x, i) => wekaPort + i),
          agentPort,
        ]);
        all.push(...Object.values(clusterSinglePorts(base)));
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });
});
