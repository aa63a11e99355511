import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyPair, watchKeyPair, type KeyPair } from './key-pair.ts';
import { createServer } from './server.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'key-pair-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A key and a certificate for it with that common name, in the directory. */
function makePair(into: string, name: string): void {
  mkdirSync(into, { recursive: true });
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      join(into, 'tls.key'),
      '-out',
      join(into, 'tls.crt'),
    ],
    { stdio: 'ignore' },
  );
}

/** Shows the version as the kubelet shows a Secret: links to ..data, which is renamed into place. */
function show(version: string): void {
  symlinkSync(version, join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
}

function mount(): void {
  makePair(join(directory, '..1'), 'first');
  show('..1');
  for (const name of ['tls.key', 'tls.crt']) symlinkSync(join('..data', name), join(directory, name));
}

/** Common name of the certificate that a new connection gets. */
function nameServed(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/healthz', rejectUnauthorized: false, agent: false }, (response) => {
      const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
      response.resume().on('end', () => resolve(String(name)));
    })
      .on('error', reject)
      .end();
  });
}

describe('a key pair', () => {
  it('is not read when key and certificate do not belong together', () => {
    makePair(directory, 'one');
    makePair(join(directory, 'other'), 'other');
    renameSync(join(directory, 'other', 'tls.crt'), join(directory, 'tls.crt'));
    expect(() => readKeyPair(directory)).toThrow(/key values mismatch/);
  });

  it('is served anew after the kubelet has swapped the mounted Secret', async () => {
    mount();
    const unused = () => Promise.reject(new Error('not called'));
    const app = createServer({
      controllers: [],
      now: () => 0,
      settings: { operatorNamespace: 'n', config: {} },
      sidecar: { observe: unused, operations: unused, events: unused },
      https: readKeyPair(directory),
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    expect(await nameServed(port)).toBe('first');

    makePair(join(directory, '..2'), 'second');
    let end = (): void => undefined;
    const changed = new Promise<KeyPair>((resolve, reject) => {
      end = watchKeyPair(directory, resolve, reject);
    });
    show('..2');
    (app.server as unknown as Server).setSecureContext(await changed);
    expect(await nameServed(port)).toBe('second');
    end();
    await app.close();
  });

  it('that cannot be used is reported, and not handed on', async () => {
    mount();
    makePair(join(directory, '..2'), 'second');
    writeFileSync(join(directory, '..2', 'tls.key'), 'no key');
    let end = (): void => undefined;
    const outcome = new Promise((resolve) => {
      end = watchKeyPair(
        directory,
        () => resolve('changed'),
        () => resolve('reported'),
      );
    });
    show('..2');
    expect(await outcome).toBe('reported');
    end();
  });
});
