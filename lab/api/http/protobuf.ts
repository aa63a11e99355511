/**
 * The few protobuf messages that kubectl sends without an alternative: `kubectl create namespace|configmap|secret|
 * serviceaccount`, the evictions of `kubectl drain` and the questions of `kubectl auth can-i`. Answers are JSON, which
 * the same commands accept. Field numbers: generated.proto of k8s.io/api and k8s.io/apimachinery 1.32.
 */
import { ApiError } from '../../contract.ts';
import type { JsonObject } from '../store/types.ts';

type MessageName = keyof typeof messages;

/** `list`: repeated; `map`: entries with key 1 and value 2. */
interface Field {
  name: string;
  type: string;
  shape?: 'list' | 'map';
}

const metadata: Field = { name: 'metadata', type: 'ObjectMeta' };
const list = (name: string, type: string): Field => ({ name, type, shape: 'list' });
const map = (name: string, type: string): Field => ({ name, type, shape: 'map' });
const one = (name: string, type: string): Field => ({ name, type });

const messages = {
  Unknown: { 1: one('typeMeta', 'TypeMeta'), 2: one('raw', 'raw') },
  TypeMeta: { 1: one('apiVersion', 'string'), 2: one('kind', 'string') },
  ObjectMeta: {
    1: one('name', 'string'),
    2: one('generateName', 'string'),
    3: one('namespace', 'string'),
    5: one('uid', 'string'),
    6: one('resourceVersion', 'string'),
    11: map('labels', 'string'),
    12: map('annotations', 'string'),
    14: list('finalizers', 'string'),
  },
  Namespace: { 1: metadata },
  ConfigMap: { 1: metadata, 2: map('data', 'string'), 3: map('binaryData', 'bytes'), 4: one('immutable', 'boolean') },
  Secret: {
    1: metadata,
    2: map('data', 'bytes'),
    3: one('type', 'string'),
    4: map('stringData', 'string'),
    5: one('immutable', 'boolean'),
  },
  ServiceAccount: { 1: metadata, 4: one('automountServiceAccountToken', 'boolean') },
  PriorityClass: {
    1: metadata,
    2: one('value', 'integer'),
    3: one('globalDefault', 'boolean'),
    4: one('description', 'string'),
    5: one('preemptionPolicy', 'string'),
  },
  PodDisruptionBudget: { 1: metadata, 2: one('spec', 'PodDisruptionBudgetSpec') },
  PodDisruptionBudgetSpec: {
    1: one('minAvailable', 'IntOrString'),
    2: one('selector', 'LabelSelector'),
    3: one('maxUnavailable', 'IntOrString'),
  },
  IntOrString: { 1: one('type', 'integer'), 2: one('intVal', 'integer'), 3: one('strVal', 'string') },
  LabelSelector: { 1: map('matchLabels', 'string'), 2: list('matchExpressions', 'LabelSelectorRequirement') },
  LabelSelectorRequirement: { 1: one('key', 'string'), 2: one('operator', 'string'), 3: list('values', 'string') },
  Eviction: { 1: metadata, 2: one('deleteOptions', 'DeleteOptions') },
  DeleteOptions: {
    1: one('gracePeriodSeconds', 'integer'),
    2: one('preconditions', 'Preconditions'),
    4: one('propagationPolicy', 'string'),
    5: list('dryRun', 'string'),
  },
  Preconditions: { 1: one('uid', 'string'), 2: one('resourceVersion', 'string') },
  SelfSubjectAccessReview: { 2: one('spec', 'SelfSubjectAccessReviewSpec') },
  SelfSubjectAccessReviewSpec: {
    1: one('resourceAttributes', 'ResourceAttributes'),
    2: one('nonResourceAttributes', 'NonResourceAttributes'),
  },
  ResourceAttributes: {
    1: one('namespace', 'string'),
    2: one('verb', 'string'),
    3: one('group', 'string'),
    4: one('version', 'string'),
    5: one('resource', 'string'),
    6: one('subresource', 'string'),
    7: one('name', 'string'),
  },
  NonResourceAttributes: { 1: one('path', 'string'), 2: one('verb', 'string') },
  SelfSubjectRulesReview: { 2: one('spec', 'SelfSubjectRulesReviewSpec') },
  SelfSubjectRulesReviewSpec: { 1: one('namespace', 'string') },
  SelfSubjectReview: {},
} satisfies Record<string, Record<number, Field>>;

const entry = (type: string): Record<number, Field> => ({ 1: one('key', 'string'), 2: one('value', type) });

interface Reader {
  bytes: Buffer;
  position: number;
}

function malformed(): ApiError {
  return new ApiError(400, 'BadRequest', 'the protobuf body of the request is malformed');
}

function varint(reader: Reader): number {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.position++];
    if (byte === undefined) throw malformed();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
  }
  throw malformed();
}

/** The bytes of a length-delimited field, the number of a varint; fixed-width fields do not occur and are skipped. */
function wireValue(reader: Reader, wireType: number): number | Buffer {
  if (wireType === 0) return varint(reader);
  const length = wireType === 2 ? varint(reader) : wireType === 1 ? 8 : wireType === 5 ? 4 : -1;
  const start = reader.position;
  if (length < 0 || start + length > reader.bytes.length) throw malformed();
  reader.position += length;
  return reader.bytes.subarray(start, start + length);
}

function converted(type: string, value: number | Buffer): unknown {
  if (type === 'boolean') return value !== 0;
  if (typeof value === 'number') return value;
  if (type === 'string') return value.toString('utf8');
  if (type === 'bytes') return value.toString('base64');
  if (type === 'raw') return value;
  const message = decodeMessage(value, messages[type as MessageName]);
  if (type !== 'IntOrString') return message;
  return message['type'] === 1 ? message['strVal'] : (message['intVal'] ?? 0);
}

function decodeMessage(bytes: Buffer, fields: Record<number, Field>): JsonObject {
  const reader = { bytes, position: 0 };
  const result: JsonObject = {};
  while (reader.position < bytes.length) {
    const tag = varint(reader);
    const value = wireValue(reader, tag & 7);
    const field = fields[tag >> 3];
    if (field === undefined) continue;
    if (field.shape === 'map') {
      const { key = '', value: item = '' } = decodeMessage(value as Buffer, entry(field.type)) as {
        key?: string;
        value?: unknown;
      };
      result[field.name] = { ...(result[field.name] as JsonObject | undefined), [key]: item };
    } else {
      const item = converted(field.type, value);
      // an empty string stands for an absent one
      if (item === '' && field.shape !== 'list') continue;
      result[field.name] =
        field.shape === 'list' ? [...((result[field.name] as unknown[] | undefined) ?? []), item] : item;
    }
  }
  return result;
}

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

interface Envelope {
  typeMeta?: { apiVersion?: string; kind?: string };
  raw?: Buffer;
}

function opened(body: Buffer): Envelope {
  if (!body.subarray(0, 4).equals(magic)) throw malformed();
  return decodeMessage(body.subarray(4), messages.Unknown);
}

/** Whether a Kubernetes protobuf envelope holds a kind that is understood here. */
export function isKnownProtobuf(body: Buffer): boolean {
  return Object.hasOwn(messages, opened(body).typeMeta?.kind ?? '');
}

/** The object in a Kubernetes protobuf envelope of which `isKnownProtobuf` holds. */
export function decodeProtobuf(body: Buffer): JsonObject {
  const { typeMeta: { apiVersion, kind } = {}, raw = Buffer.alloc(0) } = opened(body);
  return { apiVersion, kind, ...decodeMessage(raw, messages[kind as MessageName]) };
}
