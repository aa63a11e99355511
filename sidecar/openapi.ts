/** The description of the HTTP interface, made from the zod schemas. */
import { z } from 'zod';
import type { Catalogue } from '../hooks/core/catalogue.ts';
import {
  errorResponse,
  eventsRequest,
  eventsResponse,
  observeRequest,
  observeResponse,
  operationsRequest,
  operationsResponse,
} from './wire.ts';

type Schema = Record<string, unknown>;

function schema(type: z.ZodType, io: 'input' | 'output'): Schema {
  const plain: Schema = { ...z.toJSONSchema(type, { io, unrepresentable: 'any' }) };
  delete plain['$schema'];
  return plain;
}

function body(type: z.ZodType, io: 'input' | 'output'): Schema {
  return { content: { 'application/json': { schema: schema(type, io) } } };
}

function call(summary: string, request: z.ZodType, response: z.ZodType): Schema {
  return {
    post: {
      summary,
      requestBody: { required: true, ...body(request, 'input') },
      responses: {
        200: { description: 'Done', ...body(response, 'output') },
        400: { description: 'The request is not valid', ...body(errorResponse, 'output') },
      },
    },
  };
}

/** OpenAPI 3.1; each kind of the catalogue is a schema of its own under components. */
export function openApi(catalogue: Catalogue): Schema {
  const schemas = Object.values(catalogue).flatMap(({ kind, type, description, target, args, result }) => [
    [
      `${kind}.target`,
      { ...schema(target, 'input'), description: `Target of the ${type} ${kind}. ${description}` },
    ] as const,
    [`${kind}.args`, schema(args, 'input')] as const,
    [`${kind}.result`, schema(result, 'output')] as const,
  ]);
  return {
    openapi: '3.1.0',
    info: { title: 'weka-metacontroller sidecar', version: '1' },
    paths: {
      '/observe': call('Facts about pods and objects', observeRequest, observeResponse),
      '/operations': call('Operations, level-triggered', operationsRequest, operationsResponse),
      '/events': call('Kubernetes events on an object', eventsRequest, eventsResponse),
    },
    components: { schemas: Object.fromEntries(schemas) },
  };
}
