/** Related objects: the customize hook, its cache, and the watch on what its rules name. */
import type { Clock, ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { DriverClient } from './client.ts';
import type { ControllerObject } from './controllers.ts';
import type { Shape } from './decode.ts';
import { MetacontrollerCrash, RelatedNotSynced, endsProcess } from './errors.ts';
import type { Hook } from './hook.ts';
import type { Informer, Informers } from './informer.ts';
import { ObjectMap } from './request.ts';
import { ruleMatches, selectObjects } from './rules.ts';
import type { RelatedRule, RuleContext } from './rules.ts';

const cacheMilliseconds = 20 * 60 * 1000;

const selectorShape: Shape = {
  is: 'struct',
  fields: {
    matchLabels: { is: 'map', of: { is: 'string' } },
    matchExpressions: {
      is: 'list',
      of: {
        is: 'struct',
        fields: {
          key: { is: 'string' },
          operator: { is: 'string' },
          values: { is: 'list', of: { is: 'string' }, go: '[]string' },
        },
      },
      go: '[]v1.LabelSelectorRequirement',
    },
  },
};

const answerShape: Shape = {
  is: 'struct',
  fields: {
    relatedResources: {
      is: 'list',
      of: {
        is: 'struct',
        fields: {
          apiVersion: { is: 'string' },
          resource: { is: 'string' },
          labelSelector: selectorShape,
          namespaceSelector: selectorShape,
          namespace: { is: 'string' },
          names: { is: 'list', of: { is: 'string' }, go: '[]string' },
        },
      },
      go: '[]*v1alpha1.RelatedResourceRule',
    },
  },
};

export interface CustomizeContext {
  clock: Clock;
  client: DriverClient;
  informers: Informers;
  controller: ControllerObject;
  hook: Hook | undefined;
  /** Parent kinds with their caches: all their objects are asked when a related object changes. */
  parents: () => Informer[];
  enqueue: (parent: KubernetesObject) => void;
  onCrash: (crash: Error) => void;
}

type Rules = readonly (RelatedRule | null)[];

export class Customize {
  private readonly context: CustomizeContext;
  private readonly answers = new Map<string, { rules: Rules; until: number }>();
  private readonly watched = new Map<Informer, () => void>();
  private readonly namespaces: Informer | undefined;
  private notifying: Promise<void> = Promise.resolve();

  constructor(context: CustomizeContext) {
    this.context = context;
    if (context.hook !== undefined) this.namespaces = this.namespaceInformer();
  }

  /** What the rules of that parent select now. Rejects with RelatedNotSynced while a cache is not filled. */
  async relatedObjects(parent: KubernetesObject, parentResource: ResourceInfo): Promise<ObjectMap> {
    const related = new ObjectMap();
    if (this.context.hook === undefined) return related;
    for (const rule of await this.rules(parent)) {
      if (rule === null) throw nullRule();
      const resource = this.context.client.resource(rule.apiVersion ?? '', rule.resource ?? '');
      const informer = this.watch(resource);
      if (!informer.hasSynced) throw new RelatedNotSynced();
      const objects = selectObjects(rule, this.ruleContext(parent, parentResource, resource), informer);
      related.initialise(resource);
      for (const object of objects) related.insert(object);
    }
    return related;
  }

  stop(): void {
    for (const remove of this.watched.values()) remove();
  }

  /** Kept for 20 minutes per UID and generation, not longer when used. */
  private async rules(parent: KubernetesObject): Promise<Rules> {
    const { clock, hook, controller } = this.context;
    const key = `${parent.metadata.uid} ${parent.metadata.generation ?? 0}`;
    const known = this.answers.get(key);
    if (known !== undefined && clock.now() < known.until) return known.rules;
    const answer = (await hook!.call({ controller, parent }, parent, answerShape, 'CustomizeHookResponse')) as {
      relatedResources?: Rules | null;
    } | null;
    const rules = answer?.relatedResources ?? [];
    this.forgetOld();
    this.answers.set(key, { rules, until: clock.now() + cacheMilliseconds });
    return rules;
  }

  private forgetOld(): void {
    const now = this.context.clock.now();
    for (const [key, { until }] of this.answers) {
      if (until <= now) this.answers.delete(key);
      else return;
    }
  }

  private ruleContext(parent: KubernetesObject, parentResource: ResourceInfo, resource: ResourceInfo): RuleContext {
    const { version } = this.context.hook!;
    return { version, parent, parentNamespaced: parentResource.namespaced, resource, namespaces: this.namespaces };
  }

  private watch(resource: ResourceInfo): Informer {
    const informer = this.context.informers.for(resource);
    if (this.watched.has(informer)) return informer;
    const remove = informer.addHandlers({
      added: (object) => this.notify([object]),
      updated: (old, current) => {
        if (old.metadata.resourceVersion !== current.metadata.resourceVersion) this.notify([old, current]);
      },
      deleted: (object) => this.notify([object]),
    });
    this.watched.set(informer, remove);
    return informer;
  }

  /** One change after the other, because an uncached parent costs a hook call. */
  private notify(states: KubernetesObject[]): void {
    this.notifying = this.notifying
      .then(() => this.notifyParents(states))
      .catch((error: unknown) => {
        if (error instanceof MetacontrollerCrash) this.context.onCrash(error);
      });
  }

  private async notifyParents(states: KubernetesObject[]): Promise<void> {
    for (const informer of this.context.parents()) {
      for (const parent of informer.cache.list()) {
        if (await this.concerns(parent, informer.resource, states)) this.context.enqueue(parent);
      }
    }
  }

  /** Errors, of the hook too, mean that the parent is passed over until something else wakes it. */
  private async concerns(
    parent: KubernetesObject,
    parentResource: ResourceInfo,
    states: KubernetesObject[],
  ): Promise<boolean> {
    let rules: Rules;
    try {
      rules = await this.rules(parent);
    } catch (error) {
      if (endsProcess(error)) throw error;
      return false;
    }
    return rules.some((rule) => {
      if (rule === null) throw nullRule();
      return states.some((object) => this.ruleConcerns(rule, parent, parentResource, object));
    });
  }

  private ruleConcerns(
    rule: RelatedRule,
    parent: KubernetesObject,
    parentResource: ResourceInfo,
    object: KubernetesObject,
  ): boolean {
    try {
      const resource = this.context.client.resource(rule.apiVersion ?? '', rule.resource ?? '');
      return ruleMatches(rule, this.ruleContext(parent, parentResource, resource), object);
    } catch {
      return false;
    }
  }

  private namespaceInformer(): Informer | undefined {
    try {
      return this.context.informers.for(this.context.client.resource('v1', 'namespaces'));
    } catch {
      return undefined;
    }
  }
}

function nullRule(): MetacontrollerCrash {
  return new MetacontrollerCrash(42, 'null entry in relatedResources kills the Metacontroller process');
}
