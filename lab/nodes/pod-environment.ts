/**
 * What a container finds around it: environment variables and the files of mounted Secrets and ConfigMaps.
 * Host paths and empty directories are the program's own business.
 */
import type { PodEnvironment } from '../contract.ts';
import type { Container, EnvVar, KeyedData, KeyReference, Pod, Volume } from './core-types.ts';

/** Reads of the API's Secrets and ConfigMaps, answered from a cache. */
export interface DataSources {
  secret(namespace: string, name: string): KeyedData | undefined;
  configMap(namespace: string, name: string): KeyedData | undefined;
}

/** The addresses that a started pod has. */
export interface PodAddressing {
  podIp: string;
  hostIp: string;
}

/** A file of a mounted Secret or ConfigMap. */
export interface MountedFile {
  /** Where the container sees it. */
  path: string;
  text: string;
  /** Permission bits. */
  mode: number;
}

/** What the lab's kubelet gives to a program beyond the contract: a real process needs files, and leaves a last word. */
export interface MountedEnvironment extends PodEnvironment {
  /** All files of mounted Secrets and ConfigMaps as the API has them now. */
  files(): MountedFile[];
}

type Source = 'secret' | 'configmap';

function textOf(source: Source, object: KeyedData, key: string): string | undefined {
  const value = object.data?.[key];
  if (source === 'secret') return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  const binary = object.binaryData?.[key];
  return value ?? (binary === undefined ? undefined : Buffer.from(binary, 'base64').toString('utf8'));
}

function lookUp(sources: DataSources, source: Source, namespace: string, name: string): KeyedData | undefined {
  return source === 'secret' ? sources.secret(namespace, name) : sources.configMap(namespace, name);
}

/** Name and kind of what a volume shows, if it is of the two kinds with files. */
function volumeSource(
  volume: Volume,
): { source: Source; name: string; optional: boolean; items?: { key: string; path: string }[] } | undefined {
  const { secret, configMap } = volume;
  const items = secret?.items ?? configMap?.items;
  const shown = items === undefined ? {} : { items };
  if (secret !== undefined)
    return { source: 'secret', name: secret.secretName ?? '', optional: secret.optional === true, ...shown };
  if (configMap !== undefined)
    return { source: 'configmap', name: configMap.name ?? '', optional: configMap.optional === true, ...shown };
  return undefined;
}

/** Why a volume of the pod cannot be mounted, as the kubelet words it; undefined when all can. */
export function unmountable(pod: Pod, sources: DataSources): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const volume of pod.spec.volumes ?? []) {
    const wanted = volumeSource(volume);
    if (wanted === undefined || wanted.optional) continue;
    const failed = `MountVolume.SetUp failed for volume "${volume.name}" : `;
    const object = lookUp(sources, wanted.source, namespace, wanted.name);
    if (object === undefined) return `${failed}${wanted.source} "${wanted.name}" not found`;
    const absent = wanted.items?.find((item) => textOf(wanted.source, object, item.key) === undefined);
    if (absent !== undefined)
      return `${failed}references non-existent ${wanted.source === 'secret' ? 'secret' : 'config'} key: ${absent.key}`;
  }
  return undefined;
}

const defaultFileMode = 0o644;

/** All files that `fileReader` would find. A subPath shows one file or the files below it. */
export function mountedFiles(pod: Pod, container: Container, sources: DataSources): MountedFile[] {
  return (container.volumeMounts ?? []).flatMap((mount) => {
    const volume = pod.spec.volumes?.find((one) => one.name === mount.name);
    const shown = volume === undefined ? undefined : volumeSource(volume);
    const object =
      shown === undefined ? undefined : lookUp(sources, shown.source, pod.metadata.namespace ?? '', shown.name);
    if (volume === undefined || shown === undefined || object === undefined) return [];
    const mode = volume.secret?.defaultMode ?? volume.configMap?.defaultMode ?? defaultFileMode;
    const keys = Object.keys({ ...object.data, ...object.binaryData });
    const items = shown.items ?? keys.map((key) => ({ key, path: key }));
    return items.flatMap(({ key, path }) => {
      const place = placeOf(path, mount);
      const text = textOf(shown.source, object, key);
      return place === undefined || text === undefined ? [] : [{ path: place, text, mode }];
    });
  });
}

/** Where a mount shows the file of that path in its volume, if it does. */
function placeOf(
  path: string,
  { mountPath, subPath = '' }: { mountPath: string; subPath?: string },
): string | undefined {
  if (subPath === '') return `${mountPath}/${path}`;
  if (path === subPath) return mountPath;
  return path.startsWith(`${subPath}/`) ? `${mountPath}/${path.slice(subPath.length + 1)}` : undefined;
}

/** A reader of the container's mounted files. It reads what the API has now, so a changed Secret shows. */
export function fileReader(pod: Pod, container: Container, sources: DataSources): (path: string) => string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  // the deepest mount wins
  const mounts = [...(container.volumeMounts ?? [])].sort(
    (left, right) => right.mountPath.length - left.mountPath.length,
  );
  return (path) => {
    const mount = mounts.find(
      ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`),
    );
    const volume = pod.spec.volumes?.find((one) => one.name === mount?.name);
    const shown = volume === undefined ? undefined : volumeSource(volume);
    if (mount === undefined || shown === undefined) return undefined;
    const object = lookUp(sources, shown.source, namespace, shown.name);
    if (object === undefined) return undefined;
    const below = path.slice(mount.mountPath.length).replace(/^\//, '');
    const file = [mount.subPath ?? '', below].filter((part) => part !== '').join('/');
    const key = shown.items === undefined ? file : shown.items.find((item) => item.path === file)?.key;
    return key === undefined ? undefined : textOf(shown.source, object, key);
  };
}

const podFields: Record<string, (pod: Pod, addresses: PodAddressing) => string> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace ?? '',
  'metadata.uid': (pod) => pod.metadata.uid ?? '',
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.podIP': (_pod, { podIp }) => podIp,
  'status.podIPs': (_pod, { podIp }) => podIp,
  'status.hostIP': (_pod, { hostIp }) => hostIp,
  'status.hostIPs': (_pod, { hostIp }) => hostIp,
};

class ConfigError extends Error {}

function fieldValue(pod: Pod, path: string, addresses: PodAddressing): string {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry !== null) return pod.metadata[entry[1] as 'labels' | 'annotations']?.[entry[2]!] ?? '';
  const read = podFields[path];
  if (read === undefined) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return read(pod, addresses);
}

function keyValue(pod: Pod, source: Source, reference: KeyReference, sources: DataSources): string | undefined {
  const { name = '', key, optional = false } = reference;
  const namespace = pod.metadata.namespace ?? '';
  const object = lookUp(sources, source, namespace, name);
  const value = object === undefined ? undefined : textOf(source, object, key);
  if (value !== undefined || optional) return value;
  if (object === undefined) throw new ConfigError(`${source} "${name}" not found`);
  throw new ConfigError(
    `couldn't find key ${key} in ${source === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`,
  );
}

/** `$(NAME)` of variables that stand earlier; `$$` is a dollar, an unknown reference stays as it is. */
function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]+)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return env[name] ?? whole;
  });
}

/**
 * The environment of one container with references resolved, or the sentence of a CreateContainerConfigError.
 * `resourceFieldRef` is refused: nothing of the lab measures it.
 */
export function resolveEnv(
  pod: Pod,
  container: Container,
  addresses: PodAddressing,
  sources: DataSources,
): { env: Record<string, string> } | { problem: string } {
  const env: Record<string, string> = {};
  const value = ({ name, value: plain, valueFrom }: EnvVar): string | undefined => {
    if (valueFrom === undefined) return expand(plain ?? '', env);
    if (valueFrom.fieldRef !== undefined) return fieldValue(pod, valueFrom.fieldRef.fieldPath, addresses);
    if (valueFrom.secretKeyRef !== undefined) return keyValue(pod, 'secret', valueFrom.secretKeyRef, sources);
    if (valueFrom.configMapKeyRef !== undefined) return keyValue(pod, 'configmap', valueFrom.configMapKeyRef, sources);
    throw new ConfigError(`environment variable ${name}: the lab does not serve ${Object.keys(valueFrom).join(', ')}`);
  };
  try {
    for (const from of container.envFrom ?? []) Object.assign(env, allOf(pod, from, sources));
    for (const variable of container.env ?? []) {
      const resolved = value(variable);
      if (resolved !== undefined) env[variable.name] = resolved;
    }
    return { env };
  } catch (error) {
    if (error instanceof ConfigError) return { problem: error.message };
    throw error;
  }
}

function allOf(
  pod: Pod,
  from: NonNullable<Container['envFrom']>[number],
  sources: DataSources,
): Record<string, string> {
  const source: Source = from.secretRef === undefined ? 'configmap' : 'secret';
  const reference = from.secretRef ?? from.configMapRef;
  if (reference === undefined) return {};
  const object = lookUp(sources, source, pod.metadata.namespace ?? '', reference.name);
  if (object === undefined && reference.optional !== true)
    throw new ConfigError(`${source} "${reference.name}" not found`);
  const entries = Object.keys(object?.data ?? {}).map((key) => [
    `${from.prefix ?? ''}${key}`,
    textOf(source, object!, key) ?? '',
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
