/**
 * What the server writes into a pod's spec, and what it drops from it, when it decodes one. Whoever compares the stored
 * pod with the one that was sent sees exactly these differences. Not in here: admission (pod-admission.ts).
 */
import { canonicalQuantity } from '../../../hooks/core/quantities.ts';
import { badRequest } from './errors.ts';
import { asObject, asObjects, asText, isObject } from './json.ts';
import type { JsonObject } from './types.ts';

/** Fields that are plain values with `omitempty` in k8s.io/api: false, "" and 0 vanish. Pointers, such as hostPath.type, stay. */
const vanishWhenZero = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'value',
  'subPath',
  'subPathExpr',
  'workingDir',
  'image',
  'nodeName',
  'hostname',
  'subdomain',
  'serviceAccountName',
  'serviceAccount',
  'priorityClassName',
  'schedulerName',
  'restartPolicy',
  'dnsPolicy',
  'key',
  'effect',
  'operator',
  'prefix',
  'medium',
  'protocol',
  'hostPort',
  'hostIP',
  'host',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'imagePullPolicy',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'scheme',
  'fsType',
]);

/** Maps with `omitempty`: `{}` vanishes. Structs behind pointers, such as emptyDir, stay. */
const vanishWhenEmpty = new Set([
  'nodeSelector',
  'limits',
  'requests',
  'matchLabels',
  'labels',
  'annotations',
  'overhead',
]);

/** Removes null, empty lists and the empty values of the two tables, at any depth, in place. */
function dropEmptyValues(target: JsonObject): void {
  for (const [key, value] of Object.entries(target)) {
    if (Array.isArray(value)) for (const item of asObjects(value)) dropEmptyValues(item);
    if (isObject(value)) dropEmptyValues(value);
    const zero = value === false || value === '' || value === 0;
    const empty =
      value === null ||
      (Array.isArray(value) && value.length === 0) ||
      (zero && vanishWhenZero.has(key)) ||
      (isObject(value) && Object.keys(value).length === 0 && vanishWhenEmpty.has(key));
    if (empty) delete target[key];
  }
}

/** Sets what is absent. */
export function fillIn(target: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) target[key] ??= value;
}

/** Rewrites all quantities of a map (limits, capacity) in canonical form. Throws 400 for what is none. */
export function canonicalise(quantities: unknown): void {
  if (!isObject(quantities)) return;
  for (const [key, value] of Object.entries(quantities)) {
    const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
    if (text === undefined)
      throw badRequest("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    quantities[key] = text;
  }
}

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function fillInHandler(handler: JsonObject): void {
  if (isObject(handler['httpGet'])) fillIn(handler['httpGet'], { path: '/', scheme: 'HTTP' });
  if (isObject(handler['grpc'])) fillIn(handler['grpc'], { service: '' });
}

/** `Always` for a mutable tag, as SetDefaults_Container decides. */
function pullPolicy(image: unknown): string {
  const [reference = '', digest] = asText(image).split('@');
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return digest === undefined && (tag === undefined || tag === 'latest') ? 'Always' : 'IfNotPresent';
}

function fillInContainer(container: JsonObject, hostNetwork: boolean): void {
  fillIn(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(container['image']),
  });
  const resources = asObject(container['resources']);
  canonicalise(resources['limits']);
  canonicalise(resources['requests']);
  if (isObject(resources['limits']))
    resources['requests'] = { ...resources['limits'], ...asObject(resources['requests']) };
  for (const port of asObjects(container['ports']))
    fillIn(port, { protocol: 'TCP', ...(hostNetwork ? { hostPort: port['containerPort'] } : {}) });
  for (const variable of asObjects(container['env'])) fillInSource(asObject(variable['valueFrom']));
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    fillIn(probe, probeDefaults);
    fillInHandler(probe);
  }
  for (const handler of Object.values(asObject(container['lifecycle']))) fillInHandler(asObject(handler));
}

function fillInSource(source: JsonObject): void {
  if (isObject(source['fieldRef'])) fillIn(source['fieldRef'], { apiVersion: 'v1' });
  const resource = source['resourceFieldRef'];
  if (isObject(resource)) resource['divisor'] = canonicalQuantity(asText(resource['divisor'])) ?? '0';
}

function fillInVolume(volume: JsonObject): void {
  if (Object.keys(volume).length === 1) volume['emptyDir'] = {};
  for (const name of ['configMap', 'secret', 'downwardAPI', 'projected'])
    if (isObject(volume[name])) fillIn(volume[name], { defaultMode: 420 });
  if (isObject(volume['hostPath'])) fillIn(volume['hostPath'], { type: '' });
  const emptyDir = asObject(volume['emptyDir']);
  if (emptyDir['sizeLimit'] !== undefined) canonicalise(emptyDir);
  const projected = asObjects(asObject(volume['projected'])['sources']).map((source) =>
    asObject(source['downwardAPI']),
  );
  for (const item of [asObject(volume['downwardAPI']), ...projected].flatMap((source) => asObjects(source['items'])))
    fillInSource(item);
  for (const source of asObjects(asObject(volume['projected'])['sources']))
    if (isObject(source['serviceAccountToken'])) fillIn(source['serviceAccountToken'], { expirationSeconds: 3600 });
}

/** Empty values dropped, defaults filled in, quantities canonical: the spec of a pod or of a pod template, in place. */
export function normalisePodSpec(spec: JsonObject): void {
  dropEmptyValues(spec);
  fillIn(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  });
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] = spec['serviceAccountName'];
  for (const list of ['initContainers', 'containers'])
    for (const container of asObjects(spec[list])) fillInContainer(container, spec['hostNetwork'] === true);
  for (const volume of asObjects(spec['volumes'])) fillInVolume(volume);
}
