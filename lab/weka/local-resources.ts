/** `weka local resources ...`: what a container of the host was given. */
import type { CommandContext, LocalCommand } from './command.ts';
import { answer, answerJson, refuse, splitList, withLocal } from './command.ts';
import { roleTraits } from './roles.ts';
import type { LocalContainer } from './state.ts';

export const resourcesCommands: LocalCommand[] = [
  { scope: 'local', words: 'local resources', run: showResources },
  { scope: 'local', words: 'local resources join-ips', run: setJoinIps },
  { scope: 'local', words: 'local resources apply', run: (context) => withLocal(context, () => answer('')) },
  {
    scope: 'local',
    words: 'local resources cores',
    options: {
      '--only-drives-cores': 'value',
      '--only-compute-cores': 'value',
      '--only-frontend-cores': 'value',
      '--core-ids': 'value',
    },
    run: setCores,
  },
  { scope: 'local', words: 'local resources net', run: changeNet },
];

function showResources(context: CommandContext) {
  return withLocal(context, (local) =>
    answerJson({
      base_port: local.basePort,
      ips: [local.ip],
      cores: local.cores,
      core_ids: local.coreIds,
      net_devices: local.nets.filter((net) => net !== 'udp').map((device) => ({ device })),
      nodes: nodes(local),
      backend_endpoints: local.nextJoinIps ?? local.joinIps,
      failure_domain: local.failureDomain ?? null,
      restricted_client: local.restricted,
      machine_identifier: local.machineIdentifier ?? null,
      mode: local.role,
    }),
  );
}

/** The management process, and one for each core. */
function nodes(local: LocalContainer) {
  const ids = local.coreIds === 'auto' ? [] : local.coreIds.split(',').map(Number);
  const data = Array.from({ length: local.cores }, (_, index) => [
    `${index + 1}`,
    { roles: [roleTraits[local.role].processRole], core_id: ids[index] ?? index, dedicate_core: true },
  ]);
  return Object.fromEntries([['0', { roles: ['MANAGEMENT'] }], ...data]) as Record<string, unknown>;
}

function setJoinIps(context: CommandContext) {
  return withLocal(context, (local) => {
    const wished = context.positionals.flatMap(splitList);
    if (local.process === 'stopped') local.joinIps = wished;
    else local.nextJoinIps = wished;
    return answer('');
  });
}

function setCores(context: CommandContext) {
  return withLocal(context, (local) => {
    const { options } = context;
    const given = ['--only-drives-cores', '--only-compute-cores', '--only-frontend-cores'].map((name) =>
      options.value(name),
    );
    const cores = Number(given.find((value) => value !== undefined) ?? context.positionals[0] ?? NaN);
    if (!Number.isInteger(cores) || cores < 1) return refuse('invalid number of cores');
    local.cores = cores;
    local.coreIds = options.value('--core-ids') ?? local.coreIds;
    return answer('');
  });
}

/** `net -C NAME add|remove DEVICE...` */
function changeNet(context: CommandContext) {
  return withLocal(context, (local) => {
    const [action, ...devices] = context.positionals;
    if (action !== 'add' && action !== 'remove') return refuse(`unknown action ${action ?? ''}`);
    const others = local.nets.filter((net) => !devices.includes(net));
    local.nets = action === 'add' ? [...others, ...devices] : others;
    return answer('');
  });
}
