/** What is said of pods and data in the situations of the golden files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../hooks/core/plan.ts';
import { controllerNamed, requestFor } from '../../hooks/server/hook.ts';
import { systems } from '../../hooks/systems.ts';

const fates = Object.assign({}, ...systems.map((one) => one.fates ?? {})) as NonNullable<(typeof systems)[0]['fates']>;

function fateIn(controller: string, situation: string): Fate {
  const text = readFileSync(join(import.meta.dirname, controller, `${situation}.request.json`), 'utf8');
  return fates[controller]!(requestFor(controllerNamed(controller), JSON.parse(text)));
}

describe('the pod of a container', () => {
  it.each([
    ['13-running', undefined],
    ['05-the-pod-is-created', /^starts: the container has no pod$/],
    ['27-admission-has-rewritten-the-pod-nothing-is-done', undefined],
    ['28-another-image-is-wished-of-a-rewritten-pod', /^restarts: the image changes from \S+ to \S+$/],
    ['29-a-pod-without-any-record-is-left-alone', undefined],
    ['30-the-configuration-changes-the-turn-is-taken', /^restarts: the configuration of the pod has changed/],
    ['20-a-person-deletes-the-pod-the-turn-is-taken', /^restarts: it has been told to end$/],
    ['150-paused-alone-by-a-person-it-stops-in-turn', /^stops: the container is paused$/],
    ['121-deleted-by-a-person-under-a-cancelled-deletion-it-leaves-in-order', /^stops: the container leaves/],
  ])('in %s', (situation, said) => {
    const { pod } = fateIn('wekacontainer', situation);
    if (said === undefined) expect(pod).toBeUndefined();
    else expect(`${pod?.does}: ${pod?.because}`).toMatch(said);
  });
});

describe('what is lost for good', () => {
  it.each([
    ['wekacontainer', '13-running', []],
    ['wekacontainer', '150-paused-alone-by-a-person-it-stops-in-turn', []],
    [
      'wekacontainer',
      '121-deleted-by-a-person-under-a-cancelled-deletion-it-leaves-in-order',
      [
        'drive SERIAL1 of demo-drive-0 on node node-1: taken out of weka and erased',
        'the weka data of demo-drive-0 on node node-1: removed',
      ],
    ],
    ['wekacluster', '41-deletion-is-cancelled', []],
    [
      'wekacluster',
      '40-deleted-grace-begins-everything-is-paused',
      [expect.stringMatching(/^weka cluster \S+ with all its filesystems: once the grace of \S+ is over$/)],
    ],
    [
      'wekacluster',
      '43-grace-is-over-destruction-is-announced',
      [expect.stringMatching(/^weka cluster \S+ with all its filesystems: now$/)],
    ],
  ])('of %s in %s', (controller, situation, lost) => {
    expect(fateIn(controller, situation).destroys).toEqual(lost);
  });
});

describe('what finds no node', () => {
  it('is told of a client with each node that gets none', () => {
    expect(fateIn('wekaclient', '11-a-cordoned-and-a-tainted-node-get-none-now').unplaced).toEqual([
      {
        what: expect.stringMatching(/^clients of /) as string,
        nodes: [
          expect.objectContaining({ why: 'it is cordoned' }),
          expect.objectContaining({ why: expect.stringMatching(/^it has the taint /) as string }),
        ],
      },
    ]);
  });
});
