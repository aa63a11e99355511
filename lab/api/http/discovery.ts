/** Discovery documents: what is served, in the lists of each group and in the aggregated form that kubectl asks for first. Pure. */
import type { ResourceDefinition } from '../store/types.ts';
import { virtualResources } from './virtual-resources.ts';

/** One line of discovery; subresources are lines below their resource. */
interface Line {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  namespaced: boolean;
  verbs: string[];
  shortNames: string[];
  categories: string[];
  subresources: Subresource[];
}

interface Subresource {
  name: string;
  kind: string;
  /** Where the kind belongs to another group than the resource. */
  group?: string;
  version?: string;
  verbs: string[];
}

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const editVerbs = ['get', 'patch', 'update'];

/** Subresources besides `status`, by storage name. */
const furtherSubresources: Record<string, Subresource[]> = {
  pods: [
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
  ],
};

function lines(definitions: ResourceDefinition[]): Line[] {
  const stored = definitions.map((definition) => {
    const { group, version, kind, plural, singular, namespaced, shortNames, categories, hasStatus } = definition;
    const subresources = [
      ...(furtherSubresources[definition.storage] ?? []),
      ...(hasStatus ? [{ name: 'status', kind, verbs: editVerbs }] : []),
    ];
    return {
      group,
      version,
      kind,
      plural,
      singular,
      namespaced,
      verbs: objectVerbs,
      shortNames,
      categories,
      subresources,
    };
  });
  const virtual = virtualResources.map(({ group, version, kind, plural, singular, namespaced }) => ({
    group,
    version,
    kind,
    plural,
    singular,
    namespaced,
    verbs: ['create'],
    shortNames: [],
    categories: [],
    subresources: [],
  }));
  return [...stored, ...virtual];
}

/** The values of `key` in order of first appearance, with their lines. */
function grouped(all: Line[], key: (line: Line) => string): [string, Line[]][] {
  const groups = new Map<string, Line[]>();
  for (const line of all) groups.set(key(line), [...(groups.get(key(line)) ?? []), line]);
  return [...groups];
}

/** Answer of `/api`. `address` is `host:port`. */
export function coreVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function groupVersions(group: string, members: Line[]): Record<string, unknown> {
  const versions = grouped(members, (line) => line.version).map(([version]) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** Answer of `/apis`. */
export function groupList(definitions: ResourceDefinition[]): unknown {
  const named = lines(definitions).filter((line) => line.group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: grouped(named, (line) => line.group).map(([group, members]) => groupVersions(group, members)),
  };
}

/** Answer of `/apis/GROUP`; `undefined` for a group that is not served. */
export function groupDocument(definitions: ResourceDefinition[], group: string): unknown {
  const members = lines(definitions).filter((line) => line.group === group && group !== '');
  return members.length === 0 ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupVersions(group, members) };
}

function optional(line: Line): Record<string, unknown> {
  return {
    ...(line.shortNames.length > 0 ? { shortNames: line.shortNames } : {}),
    ...(line.categories.length > 0 ? { categories: line.categories } : {}),
  };
}

/** Answer of `/api/v1` and `/apis/GROUP/VERSION`; `undefined` for what is not served. */
export function resourceList(definitions: ResourceDefinition[], group: string, version: string): unknown {
  const members = lines(definitions).filter((line) => line.group === group && line.version === version);
  if (members.length === 0) return undefined;
  const resources = members.flatMap((line) => [
    {
      name: line.plural,
      singularName: line.singular,
      namespaced: line.namespaced,
      kind: line.kind,
      verbs: line.verbs,
      ...optional(line),
    },
    ...line.subresources.map(({ name, kind, verbs, group: otherGroup, version: otherVersion }) => ({
      name: `${line.plural}/${name}`,
      singularName: '',
      namespaced: line.namespaced,
      ...(otherGroup === undefined ? {} : { group: otherGroup, version: otherVersion }),
      kind,
      verbs,
    })),
  ]);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  };
}

/** What a client sends in Accept for the aggregated form. */
export function wantsAggregated(accept: string): boolean {
  return accept
    .split(',')
    .some(
      (part) =>
        part.includes('g=apidiscovery.k8s.io') && /v=v2(;|$)/.test(part) && part.includes('as=APIGroupDiscoveryList'),
    );
}

export const aggregatedContentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Aggregated answer of `/api` (`core`) or `/apis`. */
export function aggregated(definitions: ResourceDefinition[], core: boolean): unknown {
  const members = lines(definitions).filter((line) => (line.group === '') === core);
  const items = grouped(members, (line) => line.group).map(([group, ofGroup]) => ({
    metadata: core ? {} : { name: group },
    versions: grouped(ofGroup, (line) => line.version).map(([version, ofVersion]) => ({
      version,
      resources: ofVersion.map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(line: Line): Record<string, unknown> {
  const subresources = line.subresources.map((sub) => ({
    subresource: sub.name,
    responseKind: { group: sub.group ?? line.group, version: sub.version ?? line.version, kind: sub.kind },
    verbs: sub.verbs,
  }));
  return {
    resource: line.plural,
    responseKind: { group: line.group, version: line.version, kind: line.kind },
    scope: line.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: line.singular,
    verbs: line.verbs,
    ...optional(line),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
