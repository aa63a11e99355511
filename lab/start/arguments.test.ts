import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments, sampleManifest, type StartOptions } from './arguments.ts';

const directory = join('/', 'home', 'somebody');

const defaults: StartOptions = {
  nodes: 6,
  apply: [sampleManifest],
  until: 'Ready',
  exit: false,
  timeoutSeconds: 120,
  kubeconfig: join(directory, '.lab', 'kubeconfig'),
  record: join(directory, '.lab', 'record'),
  pods: 'simulated',
  quiet: false,
};

describe('the arguments of npm start', () => {
  const accepted: [string, string[], Partial<StartOptions>][] = [
    ['nothing: the sample on six nodes', [], {}],
    [
      '--apply, once or more, in place of the sample, relative to the directory',
      ['--apply', 'a.yaml', '--apply', '/b.yaml'],
      { apply: [join(directory, 'a.yaml'), '/b.yaml'] },
    ],
    ['--apply -: standard input stays what it is', ['--apply', '-'], { apply: ['-'] }],
    [
      'a run for a script',
      ['--until', 'Ready', '--exit', '--timeout', '30', '--quiet'],
      { exit: true, timeoutSeconds: 30, quiet: true },
    ],
    ['--port and --nodes are numbers', ['--port', '0', '--nodes=12'], { port: 0, nodes: 12 }],
    [
      '--kubeconfig is made absolute, and the record goes beside it',
      ['--kubeconfig', 'kube/config'],
      { kubeconfig: join(directory, 'kube', 'config'), record: join(directory, 'kube', 'record') },
    ],
    ['--record is made absolute', ['--record', 'decisions'], { record: join(directory, 'decisions') }],
    ['--pods=process', ['--pods=process'], { pods: 'process' }],
  ];
  it.each(accepted)('%s', (_sentence, args, changes) => {
    expect(parseArguments(args, directory)).toEqual({ ...defaults, ...changes });
  });

  const refused: [string, string[], string][] = [
    ['an unknown option', ['--node', '3'], "unknown option '--node'"],
    ['no nodes', ['--nodes', '0'], 'whole number from 1 to 1000'],
    ['a port that is none', ['--port', '70000'], 'whole number from 0 to 65535'],
    ['half a second', ['--timeout', '0.5'], 'whole number'],
    ['a status where a condition is meant', ['--until', 'ready=true'], 'type of a condition'],
    ['other pods', ['--pods', 'docker'], 'Allowed choices are simulated, process'],
    ['a manifest without --apply', ['a.yaml'], '--apply'],
  ];
  it.each(refused)('refuses %s', (_sentence, args, message) => {
    expect(() => parseArguments(args, directory)).toThrow(message);
  });

  it('shows every option with --help', () => {
    const parsed = parseArguments(['--help'], directory);
    const text = 'help' in parsed ? parsed.help : '';
    for (const option of [
      '--nodes',
      '--apply',
      '--until',
      '--exit',
      '--timeout',
      '--port',
      '--kubeconfig',
      '--pods',
      '--quiet',
    ])
      expect(text).toContain(option);
  });
});
