/** `npm run hook -- CONTROLLER sync < request.json`: an older name of `hooks sync CONTROLLER`, and of its sisters. */
import { readFileSync } from 'node:fs';
import { hookNames, type HookName } from '../hooks/server/calls.ts';
import { answerHook, controllers } from '../hooks/server/hook.ts';

const usage = `usage: npm run hook -- CONTROLLER HOOK < request.json
  CONTROLLER  ${controllers.map(({ name }) => name).join(', ')}
  HOOK        ${hookNames.join(', ')}, or observe (what the hook would ask the sidecar)
The request is what Metacontroller sends. It may carry, besides:
  "observed": {"facts": {ID: {"observedAt", "value"}}, "operations": {}}
  "context":  {"now", "entropy", "operatorNamespace", "config"}
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
}

const [name = '', hook = ''] = process.argv.slice(2);
if (!controllers.some((one) => one.name === name)) fail(`no controller ${name || '(none given)'}`);
if (hook !== 'observe' && !hookNames.includes(hook as HookName)) fail(`no hook ${hook || '(none given)'}`);
try {
  const answer = answerHook(name, hook as HookName | 'observe', JSON.parse(readFileSync(0, 'utf8')));
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
