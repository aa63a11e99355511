/** `hooks render`: what the operator would create, without a cluster. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Terminal } from '../decide.ts';
import { objectsIn, wishesIn } from '../manifests.ts';
import { needsCheckout } from '../checkout.ts';
import { UsageError } from '../usage-error.ts';
import type { Rendered } from './render.ts';

interface Options {
  filename: string;
  nodes?: string;
  namespace?: string;
  output: 'yaml' | 'json';
}

const formats: Record<Options['output'], (rendered: Rendered) => string> = {
  json: ({ items, ...told }) => `${JSON.stringify({ apiVersion: 'v1', kind: 'List', ...told, items }, null, 2)}\n`,
  yaml: ({ items, incomplete, assumes }) =>
    [
      '# What the operator would create. For review, not to be applied. It assumes:',
      ...assumes.map((text) => `# - ${text}`),
      ...incomplete.map((text) => `# INCOMPLETE: ${text.replaceAll('\n', ' ')}`),
      items.map((item) => stringify(item, { lineWidth: 0 })).join('---\n'),
    ].join('\n'),
};

function nodesIn(path: string): KubernetesObject[] {
  const nodes = objectsIn(path);
  const other = nodes.find(({ apiVersion, kind }) => kind !== 'Node' || apiVersion !== 'v1');
  if (other !== undefined) throw new UsageError(`${path}: ${other.kind} ${other.metadata.name} is no Node`);
  const names = nodes.map(({ metadata }) => metadata.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${path}: there are two nodes ${twice}`);
  return nodes;
}

/** The command. */
export function renderCommand(terminal: Terminal): Command {
  const command = new Command('render')
    .description('prints what the operator would create for a manifest, without a cluster: for review and GitOps')
    .requiredOption('-f, --filename <file>', 'manifest, of one or more documents; - is the standard input')
    .option('--nodes <file>', 'Nodes, as kubectl get nodes -o yaml prints them (default: enough like those of a lab)')
    .option('-n, --namespace <namespace>', 'where objects go that name no namespace', 'default')
    .addOption(new Option('-o, --output <format>', 'format').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      '\nWhat is assumed stands above the output. Exit status: 0 all comes up; 1 something does not, which is said above the output; 2 bad input.',
    );
  return command.action(async ({ filename, nodes, namespace = 'default', output }: Options) => {
    needsCheckout('render');
    if (filename === '-' && nodes === '-') throw new UsageError('the standard input can be one of the two files only');
    const objects = wishesIn(filename, namespace, command.getOptionValueSource('namespace') === 'cli');
    const machines = nodes === undefined ? undefined : nodesIn(nodes);
    // last: reading all of the lab takes a while, which --help and bad input need not wait for
    const [{ renderOf }, { labSystems }] = await Promise.all([import('./render.ts'), import('../../lab/systems.ts')]);
    const rendered = await renderOf(objects, machines, labSystems);
    terminal.write(formats[output](rendered));
    terminal.end?.(rendered.incomplete.length === 0 ? 0 : 1);
  });
}
