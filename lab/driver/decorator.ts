/** A DecoratorController at work: parents of any kind, which it labels and annotates, and attachments of its own. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { manageChildren } from './children.ts';
import { isReason } from './client.ts';
import type { Controller, DecoratorSpec } from './controllers.ts';
import { ParentController } from './controller.ts';
import type { Environment } from './controller.ts';
import { decodeChildren } from './desired.ts';
import type { Shape } from './decode.ts';
import { wrap } from './errors.ts';
import { copyJson, deepEqual } from './json.ts';
import {
  annotationsOf,
  apiVersionOf,
  controllerOf,
  describeParent,
  groupOf,
  hasFinalizer,
  labelsOf,
} from './objects.ts';
import { ObjectMap } from './request.ts';
import { compileSelector } from './selector.ts';
import type { Selector } from './selector.ts';

export const decoratorAnnotation = 'metacontroller.k8s.io/decorator-controller';

type StringChanges = Record<string, string | null>;

interface Answer {
  labels?: StringChanges | null;
  annotations?: StringChanges | null;
  status?: Record<string, unknown> | null;
  attachments?: (KubernetesObject | null)[] | null;
  resyncAfterSeconds?: number | null;
  finalized?: boolean | null;
}

const answerName = 'DecoratorHookResponse';

const answerShape: Shape = {
  is: 'struct',
  fields: {
    labels: { is: 'map', of: { is: 'string' } },
    annotations: { is: 'map', of: { is: 'string' } },
    status: { is: 'map', of: { is: 'any' } },
    attachments: { is: 'list', of: { is: 'opaque' }, go: '[]*unstructured.Unstructured' },
    resyncAfterSeconds: { is: 'number' },
    finalized: { is: 'boolean' },
  },
};

interface Selectors {
  labels: Selector;
  annotations: Selector;
}

export class DecoratorDriver extends ParentController {
  /** By `Kind.group`, version left out. */
  private readonly selectors: Map<string, Selectors>;
  private readonly resources: ResourceInfo[];

  constructor(environment: Environment, controller: Controller & { kind: 'DecoratorController' }) {
    const rules = controller.spec.resources.map((rule) => ({
      ...rule,
      info: environment.client.resource(rule.apiVersion, rule.resource),
    }));
    super(
      environment,
      controller,
      rules.map(({ info, ignoreStatusChanges }) => ({
        resource: info,
        ignoreStatusChanges: ignoreStatusChanges === true,
      })),
    );
    this.resources = rules.map(({ info }) => info);
    this.selectors = new Map(rules.map((rule) => [`${rule.info.kind}.${rule.info.group}`, selectorsOf(rule)]));
  }

  protected override keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
    return [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(':');
  }

  protected override fromCache(key: string): { parent: KubernetesObject | undefined; resource: ResourceInfo } {
    const [apiVersion, kind, namespace, ...name] = key.split(':') as [string, string, string, ...string[]];
    const resource = this.resources.find((info) => info.kind === kind && apiVersionOf(info) === apiVersion)!;
    return { parent: this.environment.informers.for(resource).cache.get(namespace, name.join(':')), resource };
  }

  protected override matches(parent: KubernetesObject): boolean {
    const selectors = this.selectors.get(`${parent.kind}.${groupOf(parent.apiVersion)}`);
    if (selectors === undefined) return false;
    return selectors.labels.matches(labelsOf(parent)) && selectors.annotations.matches(annotationsOf(parent) ?? {});
  }

  /** Decorators have no selector for attachments and adopt nothing. */
  protected override adoptersOf(): KubernetesObject[] {
    return [];
  }

  protected override async syncParent(cached: KubernetesObject, resource: ResourceInfo): Promise<void> {
    const { client } = this.environment;
    if (!this.concerns(cached)) return;
    const parent = await this.finalizer.align(client, resource, cached).catch((error: unknown) => {
      throw wrap(`can't sync finalizer for ${describeParent(cached)}`, error);
    });
    if (!this.concerns(parent)) return;
    const observed = this.observed(parent);
    const related = await this.customize.relatedObjects(parent, resource);
    const answer = (await this.callHook(parent, observed, related)) ?? {};
    const desired = ObjectMap.of(answer.attachments ?? [], 'attachments');
    this.resyncAfter(parent, answer.resyncAfterSeconds);
    if (!(await this.updateParent(parent, resource, answer))) return;
    for (const child of desired.all()) {
      const annotations = annotationsOf(child);
      if (annotations?.[decoratorAnnotation] === this.controller.name) continue;
      child.metadata.annotations = { ...annotations, [decoratorAnnotation]: this.controller.name };
    }
    if (!this.finalizer.managesChildrenOf(parent)) return;
    await manageChildren(this.children, parent, observed, desired).catch((error: unknown) => {
      throw wrap(`can't reconcile children for ${describeParent(parent)}`, error);
    });
  }

  /** Objects that the parent owns and this decorator has made. */
  private observed(parent: KubernetesObject): ObjectMap {
    const observed = new ObjectMap();
    for (const informer of this.childInformers) {
      observed.initialise(informer.resource);
      for (const object of informer.cache.listByOwner(parent.metadata.uid, parent.metadata.namespace)) {
        const ours = annotationsOf(object)?.[decoratorAnnotation] === this.controller.name;
        if (ours && controllerOf(object)?.uid === parent.metadata.uid) observed.insert(object);
      }
    }
    return observed;
  }

  private async callHook(parent: KubernetesObject, observed: ObjectMap, related: ObjectMap): Promise<Answer | null> {
    const { hook, finalizing } = this.hookFor(parent);
    if (hook === undefined) throw new Error('no enabled hooks found');
    const request = {
      controller: this.controller.object,
      object: parent,
      attachments: observed.forRequest(hook.version, parent),
      related: related.forRequest(hook.version, parent),
      finalizing,
    };
    try {
      const answer = (await hook.call(request, parent, answerShape, answerName)) as Answer | null;
      decodeChildren(answer?.attachments, parent, {
        version: hook.version,
        hook: finalizing ? 'finalize' : 'sync',
        structName: answerName,
        field: 'attachments',
      });
      return answer;
    } catch (error) {
      throw wrap(`${finalizing ? 'finalize' : 'sync'} hook failed (version=${hook.version})`, error);
    }
  }

  /** Status first, then labels, annotations and the finalizer, with the cached version. False: gone or changed, so the sync ends. */
  private async updateParent(parent: KubernetesObject, resource: ResourceInfo, answer: Answer): Promise<boolean> {
    const { client } = this.environment;
    const decorated = decorate(parent, answer);
    const statusChanged = !deepEqual(decorated['status'], parent['status']);
    const letGo = answer.finalized === true && hasFinalizer(parent, this.finalizer.name);
    if (deepEqual(decorated, parent) && !letGo) return true;
    try {
      if (statusChanged && resource.hasStatus) {
        const { metadata } = await client.update(resource, decorated, 'status');
        decorated.metadata.resourceVersion = metadata.resourceVersion!;
      }
      if (letGo)
        decorated.metadata.finalizers = decorated.metadata.finalizers!.filter((name) => name !== this.finalizer.name);
      await client.update(resource, decorated);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
      throw wrap(`can't update ${describeParent(parent)}`, error);
    }
  }
}

/** A copy with the labels, annotations and status of the answer; a null status leaves it as it is. */
function decorate(parent: KubernetesObject, answer: Answer): KubernetesObject {
  const decorated = copyJson(parent);
  const labels = changed(labelsOf(parent), answer.labels);
  const annotations = changed(annotationsOf(parent) ?? {}, answer.annotations);
  Object.assign(decorated.metadata, labels && { labels }, annotations && { annotations });
  if (answer.status) decorated['status'] = answer.status;
  return decorated;
}

function selectorsOf({ labelSelector, annotationSelector }: DecoratorSpec['resources'][number]): Selectors {
  const { matchAnnotations, matchExpressions } = annotationSelector ?? {};
  return {
    labels: compileSelector(labelSelector),
    annotations: compileSelector({ matchLabels: matchAnnotations, matchExpressions }),
  };
}

/** The map with the changes made, null taking a key away; undefined if nothing changes. */
function changed(
  current: Record<string, string>,
  changes: StringChanges | null | undefined,
): Record<string, string> | undefined {
  const result = { ...current };
  for (const [key, value] of Object.entries(changes ?? {})) {
    if (value === null) delete result[key];
    else result[key] = value;
  }
  return deepEqual(result, current) ? undefined : result;
}
