/** Which objects are children of a composite's parent, with adoption of orphans and release of strangers. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { isReason } from './client.ts';
import type { DriverClient } from './client.ts';
import { controllerReference } from './children.ts';
import { aggregate, endsProcess, wrap } from './errors.ts';
import type { Informer } from './informer.ts';
import { controllerOf, isTerminating, labelsOf, qualifiedName, withMetadata } from './objects.ts';
import { compileSelector } from './selector.ts';
import type { LabelSelector, Selector } from './selector.ts';

export const generatedSelectorLabel = 'controller-uid';

/** The parent's own selector, or the generated one. Throws on a missing or empty one. */
export function selectorOf(parent: KubernetesObject, generated: boolean): Selector {
  if (generated) return compileSelector({ matchLabels: { [generatedSelectorLabel]: parent.metadata.uid! } });
  const spec = parent['spec'] as { selector?: LabelSelector } | undefined;
  const selector = spec?.selector;
  if (Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0) {
    throw new Error('.spec.selector must have either matchLabels, matchExpressions, or both');
  }
  return compileSelector(selector);
}

export interface ClaimContext {
  client: DriverClient;
  parentResource: ResourceInfo;
  parent: KubernetesObject;
  selector: Selector;
}

/** The children of one kind. Rejects with the aggregate of what failed, after trying each object. */
export async function claimChildren(context: ClaimContext, informer: Informer): Promise<KubernetesObject[]> {
  const { parent, parentResource } = context;
  const namespace = parentResource.namespaced ? parent.metadata.namespace : undefined;
  const candidates = [
    ...informer.cache.listByOwner(parent.metadata.uid, namespace),
    ...informer.cache.listByOwner(undefined, namespace),
  ];
  const adoption = new Adoption(context);
  const claimed: KubernetesObject[] = [];
  const errors: unknown[] = [];
  for (const object of candidates) {
    try {
      if (await claim(context, informer.resource, adoption, object)) claimed.push(object);
    } catch (error) {
      if (endsProcess(error)) throw error;
      errors.push(error);
    }
  }
  const failure = aggregate(errors);
  if (failure !== undefined) throw wrap(`can't claim ${informer.resource.kind} children`, failure);
  return claimed;
}

async function claim(
  context: ClaimContext,
  resource: ResourceInfo,
  adoption: Adoption,
  object: KubernetesObject,
): Promise<boolean> {
  const { client, parent, selector } = context;
  const matches = selector.matches(labelsOf(object));
  if (controllerOf(object) !== undefined) {
    if (!matches && !isTerminating(parent)) await release(client, resource, parent, object);
    return matches;
  }
  if (isTerminating(parent) || !matches || isTerminating(object)) return false;
  try {
    await adoption.adopt(resource, object);
    return true;
  } catch (error) {
    if (isReason(error, 'NotFound')) return false;
    throw error;
  }
}

async function release(
  client: DriverClient,
  resource: ResourceInfo,
  parent: KubernetesObject,
  object: KubernetesObject,
): Promise<void> {
  try {
    await client.atomicUpdate(resource, object, (live) =>
      withMetadata(live, {
        ownerReferences: (live.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== parent.metadata.uid),
      }),
    );
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Gone')) throw error;
  }
}

/** Adoption of one kind in one sync: the parent is read again, once, before the first. */
class Adoption {
  private readonly context: ClaimContext;
  private checked: Promise<void> | undefined;

  constructor(context: ClaimContext) {
    this.context = context;
  }

  async adopt(resource: ResourceInfo, object: KubernetesObject): Promise<void> {
    const { client, parent } = this.context;
    try {
      await (this.checked ??= this.recheckParent());
    } catch (error) {
      throw wrap(`can't adopt ${resource.kind} ${qualifiedName(object)} (${object.metadata.uid})`, error);
    }
    const reference = controllerReference(parent);
    await client.atomicUpdate(resource, object, (live) => {
      const others = live.metadata.ownerReferences ?? [];
      const known = others.some(({ uid }) => uid === reference.uid);
      return withMetadata(live, {
        ownerReferences: known
          ? others.map((other) => (other.uid === reference.uid ? reference : other))
          : [...others, reference],
      });
    });
  }

  private async recheckParent(): Promise<void> {
    const { client, parent, parentResource } = this.context;
    const live = await client.get(parentResource, parent);
    if (live.metadata.uid !== parent.metadata.uid) {
      throw new Error(
        `can't recheck DeletionTimestamp: original ${parent.kind} ${qualifiedName(parent)} is gone: got uid ${live.metadata.uid}, wanted ${parent.metadata.uid}`,
      );
    }
    if (isTerminating(live))
      throw new Error(`${qualifiedName(live)} has just been deleted at ${live.metadata.deletionTimestamp}`);
  }
}
