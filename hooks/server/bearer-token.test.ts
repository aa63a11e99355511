import { describe, expect, it } from 'vitest';
import { controllerOf } from '../core/controller.ts';
import { bearerCheck } from './bearer-token.ts';
import { createServer } from './server.ts';

describe('a bearer token', () => {
  const cases: [sentence: string, header: string | undefined, token: string, accepted: boolean][] = [
    ['is accepted when it is the one of the file', 'Bearer abc', 'abc', true],
    ['may end in a newline in the file', 'Bearer abc', 'abc\n', true],
    ['is announced in any case', 'bearer abc', 'abc', true],
    ['is refused when it is another', 'Bearer abd', 'abc', false],
    ['is refused when it only begins like the right one', 'Bearer ab', 'abc', false],
    ['is refused without the word Bearer', 'abc', 'abc', false],
    ['is refused as a basic password', 'Basic abc', 'abc', false],
    ['is refused when none is sent', undefined, 'abc', false],
    ['is refused when the file is empty, even an empty one', 'Bearer ', '', false],
    ['is refused when the file is empty', 'Bearer abc', ' \n', false],
  ];
  it.each(cases)('%s', (_sentence, header, token, accepted) => {
    expect(bearerCheck(() => token)(header)).toBe(accepted);
  });

  it('is refused while the file cannot be read', () => {
    expect(
      bearerCheck(() => {
        throw new Error('ENOENT');
      })('Bearer abc'),
    ).toBe(false);
  });

  it('is the new one from the call on that follows a rotation', () => {
    let token = 'old';
    const check = bearerCheck(() => token);
    expect(check('Bearer old')).toBe(true);
    token = 'new';
    expect(check('Bearer old')).toBe(false);
    expect(check('Bearer new')).toBe(true);
  });
});

describe('a server with a token', () => {
  const unused = () => Promise.reject(new Error('not called'));
  const server = () =>
    createServer({
      controllers: [
        controllerOf('thing', 'composite', () => {
          throw new Error('not called');
        }),
      ],
      sidecar: { observe: unused, operations: unused, events: unused },
      settings: { operatorNamespace: 'weka-operator-system', config: {} },
      now: () => 0,
      authorize: bearerCheck(() => 'abc'),
    });

  it('answers a hook without it with 401, before the body is read', async () => {
    const answer = await server().inject({
      method: 'POST',
      url: '/thing/sync',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json()).toEqual({ error: 'the bearer token is missing or not the right one' });
  });

  it('lets a hook with it through to the checks of its body', async () => {
    const answer = await server().inject({
      method: 'POST',
      url: '/thing/customize',
      headers: { authorization: 'Bearer abc' },
      payload: {},
    });
    expect(answer.statusCode).toBe(500);
  });

  it.each(['/healthz', '/readyz', '/metrics'])(
    'answers %s without it: the kubelet and Prometheus have none',
    async (url) => {
      expect((await server().inject({ method: 'GET', url })).statusCode).toBe(200);
    },
  );
});
