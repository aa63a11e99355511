/** `hooks check`: whether a cluster has what an installation needs, and an installation what it needs to work. */
import { Command, Option } from 'commander';
import type { Verdict } from '../../hooks/core/check.ts';
import { operatorNamespace } from '../../hooks/core/former-names.ts';
import { release } from '../../hooks/server/release.ts';
import { connect, type ConnectionOptions } from '../connection.ts';
import { formats, type Terminal } from '../decide.ts';
import { runChecks, type Checked } from './run.ts';

interface Options extends ConnectionOptions {
  namespace: string;
  pre?: boolean;
  output?: keyof typeof formats;
}

/** Milliseconds in which a server that is there says something. */
const silence = 10_000;

const colors: Record<Verdict, string> = { PASS: '32', WARN: '33', FAIL: '31' };

function line({ verdict, check, message, link }: Checked, color: boolean): string {
  const word = color ? `\u001b[${colors[verdict]}m${verdict}\u001b[0m` : verdict;
  return `${word}  ${check}: ${message}${verdict === 'PASS' ? '' : ` (${link})`}\n`;
}

function text(found: readonly Checked[], color: boolean): string {
  const count = (verdict: Verdict): number => found.filter((one) => one.verdict === verdict).length;
  return `${found.map((one) => line(one, color)).join('')}\n${count('PASS')} passed, ${count('WARN')} warnings, ${count('FAIL')} failed\n`;
}

export function checkCommand(terminal: Terminal): Command {
  const command = new Command('check')
    .description('tells whether a cluster has what the operator needs, and what its installation lacks')
    .option('--pre', 'before an installation: leaves out what is installed, and asks whether you may install it')
    .option('-n, --namespace <namespace>', 'of the operator', operatorNamespace)
    .addOption(new Option('-o, --output <format>', 'for programs').choices(Object.keys(formats)))
    .addHelpText(
      'after',
      '\nReads with your rights, and writes nothing; what you may not read is a warning. Exit status: 0 nothing failed; 1 something did, or the cluster does not answer; 2 bad input.',
    );
  return command.action(async () => {
    const { namespace, pre = false, output, ...options } = command.optsWithGlobals<Options>();
    const found = await runChecks(connect(options, silence), { namespace, release }, pre);
    terminal.write(output === undefined ? text(found, terminal.screen?.color ?? false) : formats[output](found));
    terminal.end?.(found.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0);
  });
}
