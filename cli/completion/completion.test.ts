import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hooksProgram } from '../program.ts';
import { treeOf, allOf } from './tree.ts';

const program = () => hooksProgram({ write: () => undefined, read: () => '' });

async function script(shell: string): Promise<string> {
  let text = '';
  await hooksProgram({ write: (part) => (text += part), read: () => '' }).parseAsync(['completion', shell], {
    from: 'user',
  });
  return text;
}

const hasBash = spawnSync('bash', ['-c', 'complete -p >/dev/null; exit 0']).status === 0;

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = ['hooks', ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      `${await script('bash')}COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _hooks; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.runIf(hasBash)('completion of bash', () => {
  it.each([
    ['verbs', ['st'], ['status']],
    ['verbs behind an option with its value', ['--kubeconfig', 'status', 'wh'], ['why']],
    ['verbs of a verb', ['lab', 'node', 'r'], ['recover', 'reboot', 'remove']],
    ['kinds, which go on with a name', ['status', 'wekacl'], ['wekacluster/', 'wekaclient/', 'wekaclaims/']],
    ['options', ['status', '--wa'], ['--watch']],
    ['options of the program behind a verb', ['why', '--ku'], ['--kubeconfig']],
    ['values of an option', ['status', '-o', ''], ['table', 'wide', 'json', 'yaml']],
    ['values of an option behind =', ['plan', '--output', '=', 'j'], ['json']],
    ['an argument that is one of several', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['nothing for a file, which bash does itself', ['plan', '-f', ''], []],
  ])('offers %s', async (_what, words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('is registered for the command', async () => {
    const { stdout } = spawnSync('bash', ['--norc', '-c', `${await script('bash')}complete -p hooks`], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('complete -o default -F _hooks hooks\n');
  });
});

describe('completion', () => {
  it('of zsh and fish has each verb, and each option where it is one', async () => {
    const [zsh, fish] = [await script('zsh'), await script('fish')];
    for (const { path, options } of allOf(treeOf(program()))) {
      expect(zsh).toContain(`'${path}:'*)`);
      expect(fish).toContain(`__hooks_at \\'${path}\\'`);
      for (const { names } of options)
        for (const name of names.filter((one) => one.startsWith('--'))) {
          expect(zsh).toContain(`'${name}:`);
          expect(fish).toContain(`-l ${name.slice(2)}`);
        }
    }
    expect(zsh.split('\n')[0]).toBe('#compdef hooks');
    expect(fish).toContain(
      `complete -c hooks -n '__hooks_at \\'status\\'' -s o -l output -x -a 'table wide json yaml' -d `,
    );
  });

  it('knows no other shell', async () => {
    await expect(script('tcsh')).rejects.toThrow('Allowed choices are bash, zsh, fish');
  });
});
