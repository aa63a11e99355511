/** pods/log: what a container has written, and with `follow` what it writes from then on. */
import { ApiError } from '../../contract.ts';
import type { Handled } from './answer.ts';
import { containerOf, podCall, requireScheduled } from './pods.ts';
import type { ResourceCall } from './stored-kinds.ts';

/** The last `count` lines. */
function tail(text: string, count: number): string {
  const lines = text.split('\n');
  const ended = lines.at(-1) === '' ? lines.pop() : undefined;
  const kept = count === 0 ? [] : lines.slice(-count);
  return kept.length === 0 ? '' : kept.join('\n') + (ended === undefined ? '' : '\n');
}

/** A number of a query parameter; `undefined` if absent, 400 if it is none. */
function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^\d+$/.test(value))
    throw new ApiError(400, 'BadRequest', `${name}: Invalid value: "${value}": must be greater than or equal to 0`);
  return Number(value);
}

export function podLog(resourceCall: ResourceCall): Handled {
  const call = podCall(resourceCall);
  const { context, request, path } = call;
  const container = containerOf(call);
  requireScheduled(call);
  if (request.query.get('previous') === 'true') {
    throw new ApiError(
      400,
      'BadRequest',
      `previous terminated container "${container}" in pod "${path.name}" not found`,
    );
  }
  const lineCount = wholeNumber(request.query, 'tailLines');
  const byteCount = wholeNumber(request.query, 'limitBytes');
  const logs = context.podAccess.logs(path.namespace!, path.name!, container);
  const all = lineCount === undefined ? logs.text : tail(logs.text, lineCount);
  const text = byteCount === undefined ? all : Buffer.from(all).subarray(0, byteCount).toString('utf8');
  if (request.query.get('follow') !== 'true') return { code: 200, content: text, contentType: 'text/plain' };

  return {
    stream(response) {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.flushHeaders();
      if (text !== '') response.write(text);
      const stop = logs.follow(
        (line) => void response.write(`${line}\n`),
        () => response.end(),
      );
      response.on('close', stop);
    },
  };
}
