/** The generated parts of the pages, by name: tables made of the tables in the code. No page is read or written here. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describeSettings } from '../hooks/weka/config.ts';
import { bringUpSteps as clusterBringUp } from '../hooks/weka/cluster/hook.ts';
import { cancellationStep, deletionSteps } from '../hooks/weka/cluster/deletion.ts';
import { clientSteps } from '../hooks/weka/client/bring-up.ts';
import { clientDeletionSteps } from '../hooks/weka/client/deletion.ts';
import { roles } from '../hooks/weka/cluster/roles.ts';
import { bringUpSteps as containerBringUp } from '../hooks/weka/container/bring-up.ts';
import { leaveSteps, pauseSteps } from '../hooks/weka/container/leave.ts';
import { formerStep } from '../hooks/weka/container/former.ts';
import { ownerStep } from '../hooks/weka/container/owner.ts';
import { successionSteps } from '../hooks/weka/container/succession.ts';
import { serverSettings } from '../hooks/server/settings.ts';
import { refusals } from '../lab/api/http/refusals.ts';
import { settingsSchema } from '../sidecar/config.ts';
import { operationsTable } from '../sidecar/rbac.ts';
import { markdownTable } from './parts/markdown-table.ts';
import { fenceTable, stopTable } from './parts/stop-tables.ts';
import { notSupportedClientFields, notSupportedFields, notSupportedKinds } from './parts/not-supported.ts';

interface StepRow {
  name: string;
  condition?: string;
  status?: string;
  mode: string;
  summary: string;
}

const code = (text: string | undefined): string => (text === undefined || text === '' ? '' : `\`${text}\``);

function stepTable(steps: readonly StepRow[]): string {
  return markdownTable(['step', 'condition', 'status word', 'mode', 'what holds when it is done'],
    steps.map(({ name, condition, status, mode, summary }) => [name, code(condition), code(status), mode, summary]));
}

/** `bodyLimitMebibytes` to `BODY_LIMIT_MEBIBYTES`. */
const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

function settingRow(env: string, description: string, defaultValue: unknown): string[] {
  return [code(env), description, defaultValue === undefined ? '' : code(typeof defaultValue === 'string' ? defaultValue : JSON.stringify(defaultValue))];
}

const settingHead = ['environment variable', 'meaning', 'default'];

/** The settings of a zod schema whose variables begin with a prefix. */
function schemaSettings(prefix: string, shape: Record<string, { description?: string | undefined }>, defaults: Record<string, unknown>): string {
  return markdownTable(settingHead, Object.entries(shape).map(([name, { description = '' }]) =>
    settingRow(`${prefix}${upperSnake(name)}`, description, Array.isArray(defaults[name]) && defaults[name].length === 0 ? undefined : defaults[name])));
}

/** From a process of its own, whose output is no terminal: its width would shape the text. */
function helpOf(program: string): string {
  const help = execFileSync(process.execPath, ['--import', 'tsx', program, '--help'], { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' });
  return `\`\`\`text\n${help.trim()}\n\`\`\``;
}

export const parts: Record<string, () => string> = {
  'cluster-bring-up': () => stepTable(clusterBringUp),
  'cluster-deletion': () => stepTable([...deletionSteps, cancellationStep]),
  'client-bring-up': () => stepTable(clientSteps),
  'client-deletion': () => stepTable(clientDeletionSteps),
  'container-bring-up': () => stepTable(containerBringUp),
  'container-beside': () => stepTable([...successionSteps, formerStep, ownerStep]),
  'container-leave': () => stepTable(leaveSteps),
  'container-pause': () => stepTable(pauseSteps),
  'stop-table': stopTable,
  'fence-table': fenceTable,
  operations: operationsTable,
  'operator-settings': () => markdownTable(settingHead, describeSettings().map(({ env, description, defaultValue }) => settingRow(env, description, defaultValue))),
  'server-settings': () => schemaSettings('WEKA_', serverSettings.shape, serverSettings.parse({})),
  'sidecar-settings': () => schemaSettings('WEKA_SIDECAR_', settingsSchema.shape, settingsSchema.parse({})),
  'start-help': () => helpOf('lab/start.ts'),
  'cluster-suite-help': () => helpOf('test/cluster/run.ts'),
  'lab-refusals': () => markdownTable(['not served', 'answer', 'what to do, or why not'], refusals.map(({ feature, code: status, reason, message }) => [feature, `${status} ${reason}`, message])),
  'not-supported': () => markdownTable(['what', 'what happens'], [...notSupportedKinds(), ...notSupportedFields(), ...notSupportedClientFields(), [
    `containers of other roles than ${roles.join(' and ')}`, 'a WekaCluster creates none',
  ]]),
};
