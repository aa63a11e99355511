import { describe, expect, it } from 'vitest';
import type { ScriptedLab } from './scripted.fixture.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

async function withPod(): Promise<ScriptedLab> {
  const lab = await scriptedLab();
  lab.create(podManifest('one'));
  await lab.clock.advance(5000);
  return lab;
}

describe('exec', () => {
  it('runs a command with its standard input', async () => {
    const lab = await withPod();
    const result = await lab.access.exec('default', 'one', 'main', ['cat', '-'], 'text');
    expect(result).toEqual({ exitCode: 0, stdout: 'cat -|text', stderr: '' });
  });

  it('takes the only container when none is named', async () => {
    const lab = await withPod();
    await expect(lab.access.exec('default', 'one', '', ['ls'], '')).resolves.toMatchObject({ exitCode: 0 });
  });

  it('ends with its container', async () => {
    const lab = await withPod();
    const hanging = lab.access.exec('default', 'one', 'main', ['hang'], '');
    lab.programs[0]!.exit(1);
    await expect(hanging).resolves.toEqual({ exitCode: 137, stdout: '', stderr: '' });
  });

  it.each([
    ['a pod that is not there', 'two', 'main', 404, 'pods "two" not found'],
    ['a container that is not there', 'one', 'other', 400, 'container other is not valid for pod one'],
  ])('refuses %s', async (_, pod, container, code, message) => {
    const lab = await withPod();
    await expect(lab.access.exec('default', pod, container, ['ls'], '')).rejects.toMatchObject({ code, message });
  });

  it('refuses a pod without a node', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    lab.create(podManifest('one'));
    await lab.clock.advance(1000);
    await expect(lab.access.exec('default', 'one', 'main', ['ls'], '')).rejects.toMatchObject({
      code: 400,
      message: 'pod one does not have a host assigned',
    });
  });

  it('refuses a container that is not running', async () => {
    const lab = await withPod();
    lab.programs[0]!.exit(1);
    await expect(lab.access.exec('default', 'one', 'main', ['ls'], '')).rejects.toMatchObject({
      code: 500,
      message: 'unable to upgrade connection: container not found ("main")',
    });
  });

  it('refuses a node that cannot be reached', async () => {
    const lab = await withPod();
    lab.machines.fail('node-1', 'network');
    await expect(lab.access.exec('default', 'one', 'main', ['ls'], '')).rejects.toMatchObject({
      code: 500,
      message: 'error dialing backend: dial tcp 10.0.0.1:10250: connect: no route to host',
    });
  });
});

describe('logs', () => {
  it('give what was written, and what is written while they are followed', async () => {
    const lab = await withPod();
    const program = lab.programs[0]!;
    program.write('first');
    const logs = lab.access.logs('default', 'one', 'main');
    const seen: string[] = [];
    logs.follow(
      (line) => seen.push(line),
      () => seen.push('(end)'),
    );
    program.write('second');
    program.exit(0);
    expect(logs.text).toBe('first\n');
    expect(seen).toEqual(['second', '(end)']);
  });

  it('of an ended container can be read, and end at once', async () => {
    const lab = await withPod();
    lab.programs[0]!.write('last words');
    lab.programs[0]!.exit(1);
    const logs = lab.access.logs('default', 'one', 'main');
    let ended = false;
    logs.follow(
      () => undefined,
      () => (ended = true),
    );
    expect(logs.text).toBe('last words\n');
    expect(ended).toBe(true);
  });

  it('of a container that waits say why', async () => {
    const lab = await scriptedLab({ kubelet: { imagePullMilliseconds: 60_000 } });
    lab.create(podManifest('one'));
    await lab.clock.advance(5000);
    expect(() => lab.access.logs('default', 'one', 'main')).toThrow(
      'container "main" in pod "one" is waiting to start: ContainerCreating',
    );
  });
});
