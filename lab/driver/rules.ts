/** Rules of a customize answer: which objects they name, and which objects concern them. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { RelatedNotSynced } from './errors.ts';
import type { Informer } from './informer.ts';
import { labelsOf } from './objects.ts';
import { compileSelector } from './selector.ts';
import type { LabelSelector, Selector } from './selector.ts';

export interface RelatedRule {
  apiVersion?: string | null;
  resource?: string | null;
  labelSelector?: LabelSelector | null;
  namespaceSelector?: LabelSelector | null;
  namespace?: string | null;
  names?: string[] | null;
}

export interface RuleContext {
  /** Of the customize hook. */
  version: 'v1' | 'v2';
  parent: KubernetesObject;
  parentNamespaced: boolean;
  resource: ResourceInfo;
  /** Undefined where the API has no namespaces. */
  namespaces: Informer | undefined;
}

interface Reading {
  labels: Selector;
  /** Undefined: any namespace. */
  namespace: string | undefined;
  namespaceLabels: Selector | undefined;
  names: string[] | undefined;
  /** v1 with a namespaced parent: only its own namespace. */
  home: string | undefined;
}

type Plain = Partial<{
  labelSelector: LabelSelector;
  namespaceSelector: LabelSelector;
  namespace: string;
  names: string[];
}>;

/** Null and empty count as absent, as in Go, but an empty selector is one. */
function plain({ labelSelector, namespaceSelector, namespace, names }: RelatedRule): Plain {
  return {
    ...(labelSelector && { labelSelector }),
    ...(namespaceSelector && { namespaceSelector }),
    ...(namespace && { namespace }),
    ...(names && names.length > 0 && { names }),
  };
}

/** The combinations that fail a sync. `home` is the only namespace that the parent may look into, if there is such a limit. */
function check(
  { labelSelector, namespaceSelector, namespace, names }: Plain,
  resource: ResourceInfo,
  home: string | undefined,
): string | undefined {
  const table: [boolean, string][] = [
    [
      names !== undefined && (labelSelector ?? namespaceSelector) !== undefined,
      'related rule cannot have both names and labelSelector/namespaceSelector specified',
    ],
    [
      namespace !== undefined && namespaceSelector !== undefined,
      'related rule cannot have both namespace and namespaceSelector specified',
    ],
    [
      namespaceSelector !== undefined && home !== undefined,
      'namespaceSelector is not supported for namespaced parent in v1 hook version',
    ],
    [
      namespaceSelector !== undefined && !resource.namespaced,
      'namespaceSelector is only supported for namespaced related resources',
    ],
    [
      home !== undefined && namespace !== undefined && namespace !== home,
      `requested related object namespace ${namespace} differs from parent object namespace ${home}`,
    ],
  ];
  return table.find(([flawed]) => flawed)?.[1];
}

/** Throws on a rule that fails a sync. */
function read(rule: RelatedRule, { version, parent, parentNamespaced, resource }: RuleContext): Reading {
  const wanted = plain(rule);
  const { labelSelector, namespaceSelector, namespace, names } = wanted;
  const home = version === 'v1' && parentNamespaced && resource.namespaced ? parent.metadata.namespace : undefined;
  const flaw = check(wanted, resource, home);
  if (flaw !== undefined) throw new Error(flaw);
  return {
    labels: compileSelector(labelSelector),
    namespace: resource.namespaced ? namespace : undefined,
    namespaceLabels: namespaceSelector && compileSelector(namespaceSelector),
    names,
    home,
  };
}

/** The objects of the cache that a rule selects. By names alone a v1 rule reaches across namespaces; its request drops the foreign ones. */
export function selectObjects(rule: RelatedRule, context: RuleContext, informer: Informer): KubernetesObject[] {
  const { labels, namespace, namespaceLabels, names, home } = read(rule, context);
  const inNamespaces = namespaceLabels === undefined ? undefined : namespaceFilter(namespaceLabels, context.namespaces);
  const place = namespace ?? (names === undefined ? home : undefined);
  return informer.cache
    .list(place)
    .filter((object) => inNamespaces?.(object) ?? true)
    .filter((object) => labels.matches(labelsOf(object)) && (names?.includes(object.metadata.name) ?? true));
}

/** Whether a change of the object concerns a parent with that rule. Throws as the selection does. */
export function ruleMatches(rule: RelatedRule, context: RuleContext, object: KubernetesObject): boolean {
  if (object.apiVersion !== rule.apiVersion || object.kind !== context.resource.kind) return false;
  const { labels, namespace, namespaceLabels, names, home } = read(rule, context);
  const place = namespace ?? home;
  if (place !== undefined && object.metadata.namespace !== place) return false;
  if (!labels.matches(labelsOf(object))) return false;
  if (names !== undefined && !names.includes(object.metadata.name)) return false;
  return namespaceLabels === undefined || namespaceFilter(namespaceLabels, context.namespaces)(object);
}

function namespaceFilter(selector: Selector, namespaces: Informer | undefined): (object: KubernetesObject) => boolean {
  if (namespaces === undefined) throw new Error('namespace informer is not initialized, cannot use namespaceSelector');
  if (!namespaces.hasSynced) throw new RelatedNotSynced();
  return ({ metadata }) => {
    const found = metadata.namespace === undefined ? undefined : namespaces.cache.get(undefined, metadata.namespace);
    return found !== undefined && selector.matches(labelsOf(found));
  };
}
