/** The stage on which a weka cluster lives. */
import { startWorld, wekaCluster, type LabWorld } from '../../lab/world.ts';
import type { Life } from '../life.ts';
import type { Stage } from '../stage.ts';
import type { StageOptions } from '../system.ts';

export type WekaStage = Stage<LabWorld>;

/** The grace of the cluster's deletion, in seconds: long enough to think better of it. */
export const graceSeconds = 600;

/** As many drive as compute containers. */
export const eachRole = ({ containers }: Life): number => containers / 2;

/** A lab with the cluster `demo`. */
export async function startLife(life: Life, options: StageOptions): Promise<LabWorld> {
  const world = await startWorld({ ...options, weka: { rebuild: 1000 } });
  const each = eachRole(life);
  world.apply(wekaCluster({ drive: each, compute: each, spec: { gracefulDestroyDuration: `${graceSeconds}s` } }));
  return world;
}

/** Clients go before their cluster does. */
function endClients(world: LabWorld): void {
  for (const { metadata } of world.list('WekaClient')) world.delete('WekaClient', metadata.name);
}

/** Deletes the cluster as the life says; a deletion that was cancelled is taken back. The sentence says what was done. */
export function endLife({ world, life }: WekaStage): string {
  if (world.get('WekaCluster', 'demo')?.metadata.deletionTimestamp !== undefined) {
    endClients(world);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: false } } });
    return 'the cancelled deletion is taken back';
  }
  if (life.ending.startsWith('deleted-with-its-namespace')) world.delete('Namespace', 'default');
  else {
    endClients(world);
    world.delete('WekaCluster', 'demo', { propagationPolicy: life.ending === 'deleted' ? 'Background' : 'Foreground' });
  }
  return `the cluster is ${life.ending.replaceAll('-', ' ')}`;
}
