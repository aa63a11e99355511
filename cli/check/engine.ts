/** The Metacontroller that calls the hooks. */
import { defineCheck, fail, pass, warn, type Check, type Finding } from '../../hooks/core/check.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { definitionKind, podKind } from './kinds.ts';

/** docs/metacontroller.md */
const known = { major: 4, minor: 17, text: '4.17.2' };
const usualQps = 5;
const enoughQps = 50;
const loudest = 5;

interface Container {
  image?: string;
  command?: string[];
  args?: string[];
}

interface Engine {
  /** NAMESPACE/NAME of its pod. */
  pod: string;
  image: string;
  /** By the name of the flag. */
  flags: Map<string, string>;
}

const isEngine = ({ image = '' }: Container): boolean => /(^|\/)metacontroller([:@]|$)/.test(image);

function flagsOf({ command = [], args = [] }: Container): Map<string, string> {
  const words = [...command, ...args];
  return new Map(
    words.flatMap((word, index) => {
      const [, name = '', value] = /^--?([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
      return name === '' ? [] : [[name, value ?? words[index + 1] ?? ''] as const];
    }),
  );
}

function enginesIn(pods: readonly KubernetesObject[]): Engine[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    if ((status as { phase?: string } | undefined)?.phase !== 'Running') return [];
    const { containers = [] } = (spec ?? {}) as { containers?: Container[] };
    const found = containers.find(isEngine);
    return found === undefined
      ? []
      : [{ pod: `${metadata.namespace ?? ''}/${metadata.name}`, image: found.image ?? '', flags: flagsOf(found) }];
  });
}

function versionFinding({ pod, image }: Engine): Finding {
  const [, major = '', minor = ''] = /:v?(\d+)\.(\d+)/.exec(image) ?? [];
  if (major === '')
    return warn(`${pod} runs ${image}, whose version its name does not say; ${known.text} is known to work`);
  const [one, other] = [Number(major), Number(minor)];
  if (one === known.major && other === known.minor) return pass(`${pod} runs ${image}`);
  return one < known.major || (one === known.major && other < known.minor)
    ? fail(`${pod} runs ${image}: the hooks need ${known.text}`)
    : warn(`${pod} runs ${image}: the hooks were tried with ${known.text}`);
}

function flagFindings({ pod, flags }: Engine): Finding[] {
  const qps = Number(flags.get('client-go-qps') ?? usualQps);
  const level = Number(flags.get('zap-log-level') ?? 0);
  return [
    ...(qps < enoughQps
      ? [
          warn(
            `${pod} may send ${qps} requests a second, for all its controllers together: give it --client-go-qps=200 --client-go-burst=400`,
          ),
        ]
      : []),
    ...(level > loudest
      ? [warn(`${pod} logs whole requests with --zap-log-level=${level}: not above ${loudest}`)]
      : []),
  ];
}

/** Replicas of one are of one owner. */
const ownerOf = (pod: KubernetesObject): string =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? pod.metadata.uid ?? '';

export const engineChecks: readonly Check[] = [
  defineCheck({
    name: 'Metacontroller',
    link: 'docs/deploying.md#a-metacontroller-of-our-own',
    readings: () => ({ pods: { kind: podKind, all: true } }),
    judge({ pods }) {
      const engines = enginesIn(pods);
      if (engines.length === 0)
        return [
          fail('no pod of Metacontroller runs: nobody calls the hooks (one that runs outside of pods is not seen)'),
        ];
      const owners = new Set(pods.filter((pod) => enginesIn([pod]).length > 0).map(ownerOf));
      const unselective = engines.filter(({ flags }) => !flags.has('target-label-selector'));
      return [
        ...engines.flatMap((engine) => [versionFinding(engine), ...flagFindings(engine)]),
        ...(owners.size > 1 && unselective.length > 0
          ? [
              warn(
                `there are ${owners.size} Metacontrollers, and ${unselective.map(({ pod }) => pod).join(', ')} takes every controller: two that take the same undo each other; give each a --target-label-selector`,
              ),
            ]
          : []),
      ];
    },
  }),
  defineCheck({
    name: 'definitions of Metacontroller',
    link: 'docs/deploying.md#before',
    readings: () => ({ found: { kind: definitionKind, all: true } }),
    judge({ found }) {
      const names = new Set(found.map(({ metadata }) => metadata.name));
      const missing = ['compositecontrollers', 'controllerrevisions', 'decoratorcontrollers']
        .map((plural) => `${plural}.metacontroller.k8s.io`)
        .filter((name) => !names.has(name));
      return missing.length === 0
        ? [pass('they are there')]
        : [fail(`there is no CustomResourceDefinition ${missing.join(', ')}`)];
    },
  }),
];
