import { describe, expect, it } from 'vitest';
import { movedCommand } from './process-root.ts';

describe('a command of a process pod', () => {
  it.each([
    [
      ['python3', '/opt/runtime.py', 'cli', '@file:/x'],
      ['python3', '/root/opt/runtime.py', 'cli', '@file:/x'],
    ],
    [
      ['touch', '/tmp/.allow-stop'],
      ['touch', '/root/tmp/.allow-stop'],
    ],
    [
      ['program', 'create', '/x'],
      ['program', 'create', '/x'],
    ],
    [
      ['/usr/bin/program', 'status'],
      ['program', 'status'],
    ],
    [
      ['sh', '-ec', 'cat /etc/hosts'],
      ['sh', '-ec', 'cat /etc/hosts'],
    ],
  ])('%j becomes %j', (command, moved) => {
    expect(movedCommand('/root', command)).toEqual(moved);
  });
});
