/** What a handler gives back, before it becomes bytes on a connection. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { ApiError } from '../../contract.ts';
import type { Clock } from '../../contract.ts';
import type { ControlArguments } from '../../controls.ts';
import type { Store } from '../store/types.ts';
import type { PodAccess } from './pod-access.ts';
import type { Warnings } from './warnings.ts';

export interface ApiRequest {
  method: string;
  /** Decoded segments come from `segments`; this is the path as sent. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** What goes with the answer, whichever it is. */
  warnings: Warnings;
}

/** What all handlers share. */
export interface ServerContext {
  store: Store;
  podAccess: PodAccess;
  clock: Clock;
  /** Does to the lab what a person asks for: lab/controls.ts. Absent: nothing can be asked for. */
  control?: (name: string, given: ControlArguments) => Promise<string>;
  /** `host:port` under which clients reach the server. */
  address: string;
}

/** A complete answer: JSON, or text or bytes with their content type. */
export interface Answer {
  code: number;
  json?: unknown;
  content?: string | Buffer;
  contentType?: string;
  headers?: Record<string, string | string[]>;
}

/** An answer that goes on: `stream` writes to the response and ends it. */
export interface StreamedAnswer {
  stream(response: ServerResponse): void;
}

export type Handled = Answer | StreamedAnswer;

export function jsonAnswer(code: number, json: unknown, headers?: Record<string, string | string[]>): Answer {
  return { code, json, ...(headers === undefined ? {} : { headers }) };
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: Record<string, unknown>;
  code: number;
}

/** A refusal as the Kubernetes Status that kubectl prints. */
export function failureStatus(error: ApiError): Status {
  const details = error.details === undefined ? {} : { details: error.details };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    reason: error.reason,
    ...details,
    code: error.code,
  };
}

/** Any thrown value as an ApiError; what is not one is a fault of the lab: 500. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof URIError) return new ApiError(400, 'BadRequest', 'the path of the request is not well encoded');
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`);
}

export function failureAnswer(thrown: unknown): Answer {
  const error = asApiError(thrown);
  const retryAfter = error.details?.['retryAfterSeconds'];
  return jsonAnswer(
    error.code,
    failureStatus(error),
    typeof retryAfter === 'number' ? { 'Retry-After': String(retryAfter) } : undefined,
  );
}
