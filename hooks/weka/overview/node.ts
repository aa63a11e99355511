/** A WekaNode on one screen. */
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { defineOverview, unreadOf, type Answer, type OverviewLine } from '../../core/overview.ts';
import { nodeKind } from '../access.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { agesMissing, freeDrives, holdersIn, nodeState, silentNodes } from './nodes.ts';
import { claimsNamed, part } from './readings.ts';

const known = (...objects: KubernetesObject[]): Answer => ({ state: 'known', objects });

function holderLine({ namespace, name, mode, drives, wekaPort }: ClaimHolder): OverviewLine {
  return { label: `${namespace}/${name}`, cells: [mode, String(wekaPort ?? ''), drives.join(', ')] };
}

export const nodeOverview = defineOverview({
  kind: 'WekaNode',
  applied: false,
  summary(object) {
    const { drives = [] } = part<WekaNode['spec']>(object, 'spec');
    const silent = silentNodes(known(object), known());
    const state = nodeState(object, silent);
    const counts = [{ label: 'drives', value: String(drives.length) }];
    return {
      counts,
      ...(silent.size === 0 ? { word: state === '' ? 'ready' : state } : { silent: {} }),
    };
  },
  readings: ({ metadata: { name } }) => ({
    claims: claimsNamed(claimsNames.ofNode(name)),
    machine: { kind: nodeKind, name },
  }),
  sections(object, { claims, machine }) {
    const { name } = object.metadata;
    const silent = silentNodes(known(object), machine);
    const state = nodeState(object, silent);
    const held = holdersIn(claims)(name);
    const { kernel, bootId, internalIps = [] } = part<WekaNode['spec']>(object, 'spec');
    const facts: [string, string][] = [
      ['drives free', freeDrives(object, held)],
      ['addresses', internalIps.join(', ')],
      ['kernel', kernel ?? ''],
      ['boot', bootId ?? ''],
    ];
    return [
      {
        title: 'node',
        lines: [
          defined({
            label: 'state',
            cells: [state === '' ? 'ready' : state],
            since: silent.get(name)?.since,
            tone: state === '' ? ('good' as const) : silent.has(name) ? ('bad' as const) : ('waiting' as const),
          }),
          ...facts.filter(([, text]) => text !== '').map(([label, text]): OverviewLine => ({ label, cells: [text] })),
        ],
        unread: unreadOf(...agesMissing(silent, machine)),
      },
      {
        title: 'claims',
        heads: ['CONTAINER', 'MODE', 'PORT', 'DRIVES'],
        lines: (held?.holders ?? []).map(holderLine),
        unread: [...unreadOf(claims), ...(held?.unreadable ?? [])],
      },
    ];
  },
});
