import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, isConflict, type PatchStep } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';
import { secretLabels, secretOwner } from '../owners.ts';

/** Marks a Secret as its owner's by labels alone, on condition that nobody has changed it since it was read. */
export const secretOwn: Performer<GenericEntries['secret.own']> = async (access, target, { ownerUid }, { systems }) => {
  const address = { apiVersion: 'v1', kind: 'Secret', ...target };
  const secret = await getOrUndefined(access, address);
  if (secret === undefined) throw new Refusal(`Secret ${target.name} does not exist`);
  const { ownerReferences = [], labels = {}, resourceVersion } = secret.metadata;
  const owner = secretOwner(secret, systems);
  const marks = systems.find(
    ({ secrets }) => secrets !== undefined && target.name.startsWith(secrets.namePrefix),
  )?.secrets;
  if (marks === undefined) throw new Refusal(`Secret ${target.name} is not one of ours, by its name`);
  // a name may be anybody's, one that carries the uid is not
  const named = owner === undefined && target.name.endsWith(`-${ownerUid}`);
  if (!named && owner !== ownerUid)
    throw new Refusal(`Secret ${target.name} belongs to ${owner ?? 'nobody'}, not to ${ownerUid}`);
  const others = ownerReferences.filter(({ uid }) => uid !== ownerUid);
  const wanted = { ...labels, ...secretLabels(marks, ownerUid) };
  const patch: PatchStep[] = [
    ...(Object.entries(wanted).every(([key, value]) => labels[key] === value)
      ? []
      : [{ op: 'add', path: '/metadata/labels', value: wanted } as const]),
    ...(others.length === ownerReferences.length
      ? []
      : [
          others.length === 0
            ? ({ op: 'remove', path: '/metadata/ownerReferences' } as const)
            : ({ op: 'add', path: '/metadata/ownerReferences', value: others } as const),
        ]),
  ];
  if (patch.length === 0) return { changed: false };
  try {
    await access.patchJson(address, [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...patch,
    ]);
  } catch (error) {
    if (isConflict(error)) throw new Refusal(`conflict on Secret ${target.name}: it was changed by someone else`);
    throw error;
  }
  return { changed: true };
};
