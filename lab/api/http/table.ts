/** Other shapes in which objects are given out: server-side tables, and metadata alone. Chosen by Accept. Pure. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { Column } from './columns.ts';

export type Shape = 'object' | 'Table' | 'PartialObjectMetadata';

const shapeVersions = new Set(['v1', 'v1beta1']);

/** The first entry of Accept that can be served. Protobuf and CBOR cannot; clients that name JSON as well get that. */
export function wantedShape(accept: string | undefined): { shape: Shape; version: string } {
  const plain = { shape: 'object', version: '' } as const;
  if (accept === undefined || accept.trim() === '') return plain;
  for (const part of accept.split(',')) {
    const [type, ...parameters] = part.split(';').map((piece) => piece.trim());
    if (!['application/json', 'application/*', '*/*', 'application/yaml'].includes(type ?? '')) continue;
    const named = Object.fromEntries(parameters.map((parameter) => parameter.split('=') as [string, string]));
    const { as, v = '', g } = named;
    if (as === undefined) return plain;
    if (g !== 'meta.k8s.io' || !shapeVersions.has(v)) continue;
    if (as === 'Table') return { shape: 'Table', version: v };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { shape: 'PartialObjectMetadata', version: v };
  }
  throw new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, and its forms as=Table and as=PartialObjectMetadata of meta.k8s.io/v1',
  );
}

export interface TableOptions {
  columns: Column[];
  /** `meta.k8s.io` version asked for. */
  version: string;
  /** Query parameter: what of the object each row carries. */
  includeObject: string | null;
  /** Milliseconds since the epoch. */
  now: number;
  /** Of the list; absent for a single object. */
  resourceVersion?: string;
  /** False for later events of a watch. */
  withDefinitions?: boolean;
}

export function partialMetadata(object: KubernetesObject, version: string): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function rowObject(object: KubernetesObject, { includeObject, version }: TableOptions): Record<string, unknown> {
  if (includeObject === 'None') return {};
  return { object: includeObject === 'Object' ? object : partialMetadata(object, version) };
}

/** A `meta.k8s.io` Table of the objects. */
export function tableOf(objects: KubernetesObject[], options: TableOptions): unknown {
  const { columns, version, now, resourceVersion, withDefinitions = true } = options;
  const definitions = columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: resourceVersion === undefined ? {} : { resourceVersion },
    columnDefinitions: withDefinitions ? definitions : null,
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...rowObject(object, options),
    })),
  };
}
