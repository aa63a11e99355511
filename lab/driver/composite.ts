/** A CompositeController at work: the order of one sync of one parent. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { claimChildren, generatedSelectorLabel, selectorOf } from './claim.ts';
import { manageChildren } from './children.ts';
import type { Controller, CompositeSpec } from './controllers.ts';
import { ParentController } from './controller.ts';
import type { Environment } from './controller.ts';
import { decodeChildren } from './desired.ts';
import type { Shape } from './decode.ts';
import { endsProcess, wrap } from './errors.ts';
import { describeParent, labelsOf, qualifiedName } from './objects.ts';
import { ObjectMap } from './request.ts';
import { compileSelector } from './selector.ts';
import type { Selector } from './selector.ts';
import { updateStatus } from './status.ts';

const answerName = 'CompositeHookResponse';

const answerShape: Shape = {
  is: 'struct',
  fields: {
    status: { is: 'map', of: { is: 'any' } },
    children: { is: 'list', of: { is: 'opaque' }, go: '[]*unstructured.Unstructured' },
    resyncAfterSeconds: { is: 'number' },
    finalized: { is: 'boolean' },
  },
};

interface Answer {
  status?: Record<string, unknown> | null;
  children?: (KubernetesObject | null)[] | null;
  resyncAfterSeconds?: number | null;
  finalized?: boolean | null;
}

export class CompositeDriver extends ParentController {
  private readonly spec: CompositeSpec;
  private readonly parentResource: ResourceInfo;
  private readonly parentSelector: Selector;

  constructor(environment: Environment, controller: Controller & { kind: 'CompositeController' }) {
    const { parentResource } = controller.spec;
    const resource = environment.client.resource(parentResource.apiVersion, parentResource.resource);
    super(environment, controller, [{ resource, ignoreStatusChanges: parentResource.ignoreStatusChanges === true }]);
    this.spec = controller.spec;
    this.parentResource = resource;
    this.parentSelector = compileSelector(parentResource.labelSelector);
  }

  protected override keyOf(parent: KubernetesObject): string {
    return qualifiedName(parent);
  }

  protected override fromCache(key: string): { parent: KubernetesObject | undefined; resource: ResourceInfo } {
    const [first, second] = key.split('/') as [string, string | undefined];
    const informer = this.environment.informers.for(this.parentResource);
    const parent = second === undefined ? informer.cache.get(undefined, first) : informer.cache.get(first, second);
    return { parent, resource: this.parentResource };
  }

  protected override matches(parent: KubernetesObject): boolean {
    return this.parentSelector.matches(labelsOf(parent));
  }

  protected override adoptersOf(orphan: KubernetesObject): KubernetesObject[] {
    const namespace = this.parentResource.namespaced ? orphan.metadata.namespace : undefined;
    return this.environment.informers
      .for(this.parentResource)
      .cache.list(namespace)
      .filter((parent) => this.wouldSelect(parent, orphan));
  }

  protected override async syncParent(cached: KubernetesObject): Promise<void> {
    const { client } = this.environment;
    if (!this.concerns(cached)) return;
    let parent = await this.finalizer.align(client, this.parentResource, cached).catch((error: unknown) => {
      throw wrap(`can't sync finalizer for ${describeParent(cached)}`, error);
    });
    if (!this.concerns(parent)) return;
    const observed = await this.claim(parent);
    const related = await this.customize.relatedObjects(parent, this.parentResource);
    const answer = await this.callHook(parent, observed, related);
    const desired = ObjectMap.of(answer?.children ?? [], 'children');
    this.resyncAfter(parent, answer?.resyncAfterSeconds);
    if (answer?.finalized === true) {
      parent = await this.finalizer.remove(client, this.parentResource, parent).catch((error: unknown) => {
        throw wrap(`can't remove finalizer for ${describeParent(cached)}`, error);
      });
    }
    this.checkLabels(parent, desired);
    const childrenError = await this.manage(parent, observed, desired);
    const { differences } = this.environment;
    const written = await updateStatus(
      { client, controller: this.controller.name, differences },
      this.parentResource,
      parent,
      answer?.status,
    );
    if (written && childrenError !== undefined) throw childrenError;
  }

  private async claim(parent: KubernetesObject): Promise<ObjectMap> {
    const { client } = this.environment;
    const selector = selectorOf(parent, this.spec.generateSelector === true);
    const observed = new ObjectMap();
    for (const informer of this.childInformers) {
      observed.initialise(informer.resource);
      const claimed = await claimChildren({ client, parentResource: this.parentResource, parent, selector }, informer);
      for (const object of claimed) observed.insert(object);
    }
    return observed;
  }

  private async callHook(parent: KubernetesObject, observed: ObjectMap, related: ObjectMap): Promise<Answer | null> {
    const { hook, finalizing } = this.hookFor(parent);
    const where = describeParent(parent, this.parentResource.kind);
    if (hook === undefined) throw new Error(`sync hook nil//not defined for ${where}: %!w(<nil>)`);
    const request = {
      controller: this.controller.object,
      parent,
      children: observed.forRequest(hook.version, parent),
      related: related.forRequest(hook.version, parent),
      finalizing,
    };
    try {
      const answer = (await hook.call(request, parent, answerShape, answerName)) as Answer | null;
      decodeChildren(answer?.children, parent, {
        version: hook.version,
        hook: finalizing ? 'finalize' : 'sync',
        structName: answerName,
        field: 'children',
      });
      return answer;
    } catch (error) {
      throw wrap(
        `sync hook failed for ${where}: ${finalizing ? 'finalize' : 'sync'} hook failed (version=${hook.version})`,
        error,
      );
    }
  }

  /** Adds the generated label, and refuses children that would be orphans at once. */
  private checkLabels(parent: KubernetesObject, desired: ObjectMap): void {
    const generated = this.spec.generateSelector === true;
    const selector = selectorOf(parent, generated);
    for (const child of desired.all()) {
      const labels = strictLabels(child);
      if (generated && !Object.hasOwn(labels, generatedSelectorLabel)) {
        labels[generatedSelectorLabel] = parent.metadata.uid!;
        child.metadata.labels = labels;
      }
      if (!selector.matches(labels))
        throw new Error(`labels on desired child ${describeParent(child)} don't match parent selector`);
    }
  }

  private async manage(parent: KubernetesObject, observed: ObjectMap, desired: ObjectMap): Promise<Error | undefined> {
    if (!this.finalizer.managesChildrenOf(parent)) return undefined;
    try {
      await manageChildren(this.children, parent, observed, desired);
      return undefined;
    } catch (error) {
      if (endsProcess(error)) throw error;
      return wrap(`can't reconcile children for ${describeParent(parent, this.parentResource.kind)}`, error);
    }
  }

  private wouldSelect(parent: KubernetesObject, orphan: KubernetesObject): boolean {
    try {
      return selectorOf(parent, this.spec.generateSelector === true).matches(labelsOf(orphan));
    } catch {
      return false;
    }
  }
}

/** Here, unlike elsewhere, a label that is not text is an error. */
function strictLabels(child: KubernetesObject): Record<string, string> {
  const labels: unknown = child.metadata.labels;
  if (labels === undefined) return {};
  const refuse = (why: string): never => {
    throw new Error(
      `invalid labels on desired child ${describeParent(child)}: .metadata.labels accessor error: ${why}`,
    );
  };
  if (labels === null || typeof labels !== 'object' || Array.isArray(labels))
    return refuse(`${asGo(labels)}, expected map[string]interface{}`);
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== 'string')
      return refuse(`contains non-string value in the map under key "${key}": ${asGo(value)}, expected string`);
  }
  return { ...(labels as Record<string, string>) };
}

/** A value and its type as Go's messages print them. */
function asGo(value: unknown): string {
  if (value === null) return '<nil> is of the type <nil>';
  if (Array.isArray(value)) return `[${value.map(String).join(' ')}] is of the type []interface {}`;
  if (typeof value === 'number') return `${value} is of the type ${Number.isInteger(value) ? 'int64' : 'float64'}`;
  if (typeof value === 'boolean') return `${value} is of the type bool`;
  return typeof value === 'string' ? `${value} is of the type string` : 'map[] is of the type map[string]interface {}';
}
