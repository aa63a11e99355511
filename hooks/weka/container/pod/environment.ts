/** The environment of the main container (docs/weka/reference.md#environment). Values are text; an empty one is left out of the JSON. */
import { parseDurationSeconds } from '../../../core/durations.ts';
import { tracesConfiguration, type Network, type WekaContainer } from '../../api/index.ts';
import { is } from '../../api/modes.ts';
import { copiesForeignFiles, coresOf, dataUidOf, livesOnCos, type PodInput } from './input.ts';
import { resolvedCpuPolicy, wekaMemory } from './resources.ts';

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { fieldRef: { fieldPath: string } };
}

/** The API server drops an empty value, and would then differ from the wish for ever. */
function variable([name, value]: [string, string]): EnvVar {
  return value === '' ? { name } : { name, value };
}

const yesNo = (value: boolean | undefined): string => String(value === true);
const list = (values: readonly unknown[] | undefined): string => (values ?? []).join(',');
const json = (values: readonly unknown[] | undefined): string =>
  (values ?? []).length > 0 ? JSON.stringify(values) : '';

/** The devices by name; empty when they are chosen by subnet or selector; UDP when nothing is said. */
export function networkDevice(network: Network = {}): string {
  const { ethDevices = [], ethDevice = '', deviceSubnets = [], selectors = [] } = network;
  if (ethDevices.length > 0) return list(ethDevices);
  if (ethDevice !== '') return ethDevice;
  return deviceSubnets.length > 0 || selectors.length > 0 ? '' : 'udp';
}

function networkVariables({ spec }: WekaContainer): Record<string, string> {
  const { network } = spec;
  return {
    IS_IPV6: yesNo(spec.ipv6),
    NETWORK_DEVICE: networkDevice(network),
    SUBNETS: list(network?.deviceSubnets),
    NETWORK_SELECTORS: json(network?.selectors),
    MANAGEMENT_IPS_SELECTORS: json(network?.managementIpsSelectors),
    BIND_MANAGEMENT_ALL: yesNo(network?.bindManagementAll),
    UDP_MODE: yesNo(network?.udpMode),
    NET_GATEWAY: network?.gateway ?? '',
    ...(network?.nvidiaVfSingleIp === true ? { NVIDIA_VF_SINGLE_IP: 'true' } : {}),
  };
}

function tracesVariables(container: WekaContainer): Record<string, string> {
  const traces = container.spec.tracesConfiguration ?? tracesConfiguration.parse({});
  return {
    // one process a core and one for management
    MAX_TRACE_CAPACITY_GB: String(traces.maxCapacityPerIoNode * (coresOf(container) + 1)),
    ENSURE_FREE_SPACE_GB: String(traces.ensureFreeSpace),
    DUMPER_CONFIG_MODE: traces.dumperConfigMode,
  };
}

/** `auto` where whole cores are dedicated, the ids where they are given, nothing where cores are shared. */
function coreIdsVariable(input: PodInput): Record<string, string> {
  const policy = resolvedCpuPolicy(input);
  if (policy === 'shared') return {};
  return { CORE_IDS: policy === 'manual' ? list(input.container.spec.coreIds) : 'auto' };
}

function otelVariables({ config }: PodInput): Record<string, string> {
  if (config.otlpEndpoint === undefined) return {};
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: config.otlpEndpoint,
    OTEL_SERVICE_NAME: 'weka-operator-runtime',
    OTEL_SERVICE_VERSION: String(config.podConfigVersion),
    OTEL_LOGS_ENABLED: 'true',
  };
}

function cosVariables(input: PodInput): Record<string, string> {
  const { container, config } = input;
  if (is(container.spec.mode, 'discovers') && config.cosAllowHugepageConfig) {
    return {
      WEKA_COS_ALLOW_HUGEPAGE_CONFIG: 'true',
      WEKA_COS_GLOBAL_HUGEPAGE_SIZE: config.cosGlobalHugepageSize,
      WEKA_COS_GLOBAL_HUGEPAGE_COUNT: String(config.cosGlobalHugepageCount),
    };
  }
  return livesOnCos(input) ? { WEKA_COS_ALLOW_DISABLE_DRIVER_SIGNING: yesNo(config.cosAllowDisableDriverSigning) } : {};
}

/** Variables of helpers, which are told what to do and where files come from. */
function helperVariables({ container, config }: PodInput): Record<string, string> {
  const { mode, instructions } = container.spec;
  return {
    ...(is(mode, 'adhoc') ? { INSTRUCTIONS: JSON.stringify(instructions ?? null) } : {}),
    ...(is(mode, 'loadsDrivers') && config.httpsProxy !== undefined ? { HTTPS_PROXY: config.httpsProxy } : {}),
    ...(copiesForeignFiles(container) ? { CLUSTER_IMAGE_NAME: instructions?.payload ?? '' } : {}),
  };
}

/** Variables that stand there only under their condition. */
function conditionalVariables(input: PodInput): Record<string, string> {
  const { spec } = input.container;
  const { portRange: range, pvc } = spec;
  const join = input.joinIpPorts ?? spec.joinIpPorts ?? [];
  return {
    ...coreIdsVariable(input),
    ...(range === undefined
      ? {}
      : { BASE_PORT: String(range.basePort ?? 0), PORT_RANGE: String(range.portRange ?? 0) }),
    ...(pvc !== undefined && is(spec.mode, 'persistent') ? { WEKA_PERSISTENCE_MODE: 'global' } : {}),
    ...(join.length > 0 ? { JOIN_IPS: list(join) } : {}),
    // without an identity of its own weka refuses a second container on the machine
    ...(spec.dropAffinityConstraints === true ? { MACHINE_IDENTIFIER: dataUidOf(input) } : {}),
    ...helperVariables(input),
    ...otelVariables(input),
    ...cosVariables(input),
  };
}

const fromPod: Record<string, string> = {
  NODE_NAME: 'spec.nodeName',
  MANAGEMENT_IP: 'status.podIP',
  POD_ID: 'metadata.uid',
  POD_NAME: 'metadata.name',
  POD_NAMESPACE: 'metadata.namespace',
};

/** All variables. Ports are `0` until they are allocated; the runtime then takes them from resources.json. */
export function environment(input: PodInput): EnvVar[] {
  const { container, config, allocation } = input;
  const { spec } = container;
  const port = String(allocation?.wekaPort ?? spec.port ?? 0);
  const values: Record<string, string> = {
    AGENT_PORT: String(allocation?.agentPort ?? spec.agentPort ?? 0),
    WEKA_CONTAINER_ID: dataUidOf(input),
    NAME: spec.name,
    MODE: spec.mode,
    PORT: port,
    WEKA_PORT: port,
    MEMORY: wekaMemory(container, config.ssdProxyHugepagesOffset),
    ...networkVariables(container),
    WEKA_CLI_DEBUG: '0',
    DIST_SERVICE: spec.driversDistService ?? '',
    DRIVERS_BUILD_ID: spec.driversBuildId ?? 'auto',
    ...tracesVariables(container),
    IMAGE_NAME: spec.image,
    WEKA_OPERATOR_DEBUG_SLEEP: String(spec.overrides?.debugSleepOnTerminate ?? config.debugSleepSeconds),
    AUTO_REMOVE_TIMEOUT: String(Math.round(parseDurationSeconds(spec.autoRemoveTimeout) ?? 0)),
    CPU_POLICY: spec.cpuPolicy,
    SYSLOG_PACKAGE: config.syslogPackage,
    CORES: String(coresOf(container)),
    ...conditionalVariables(input),
  };
  const downward = Object.entries(fromPod).map(([name, fieldPath]): EnvVar => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  }));
  return [...Object.entries(values).map(variable), ...downward];
}
