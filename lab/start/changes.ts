/** One line for each change between two states: the view of a lab that has no terminal. */
import type { ContainerState, LabState, ParentState } from './state.ts';
import { duration } from './text.ts';
import { firstPart } from './view.ts';

function parentText({ kind, namespace, name, word, reason, message, counts }: ParentState): string {
  const numbers = counts.map(({ label, value }) => `${label} ${value}`).join(', ');
  return `${kind} ${namespace}/${name}: ${word}${numbers === '' ? '' : ` (${numbers})`}${message === '' ? '' : `, ${reason}: ${firstPart(message)}`}`;
}

function containerText({ kind, namespace, name, node, word, pod, message }: ContainerState): string {
  return `${kind} ${namespace}/${name}${node === '-' ? '' : ` on ${node}`}: ${word}, pod ${pod}${message === '' ? '' : `: ${message}`}`;
}

/** Texts of the things that are new or say something else, and of those that are gone. */
function changed<Thing extends { namespace: string; name: string }>(
  before: Thing[],
  now: Thing[],
  text: (thing: Thing) => string,
  kindOf: (thing: Thing) => string,
): string[] {
  const keyOf = (thing: Thing): string => `${kindOf(thing)} ${thing.namespace}/${thing.name}`;
  const old = new Map(before.map((thing) => [keyOf(thing), text(thing)]));
  const texts = now.flatMap((thing) => (old.get(keyOf(thing)) === text(thing) ? [] : [text(thing)]));
  const present = new Set(now.map(keyOf));
  return [
    ...texts,
    ...before
      .map(keyOf)
      .filter((key) => !present.has(key))
      .map((key) => `${key}: gone`),
  ];
}

/** Lines of what changed, each beginning with the time; all of the state when there is none before. */
export function changeLines(before: LabState | undefined, now: LabState): string[] {
  const old = before ?? { ...now, parents: [], containers: [], nodes: { ready: 0, all: 0 } };
  const nodes =
    old.nodes.ready === now.nodes.ready && old.nodes.all === now.nodes.all
      ? []
      : [`${now.nodes.ready} of ${now.nodes.all} nodes ready`];
  const ignoredBefore = new Map(old.parents.map(({ uid, notSupported }) => [uid, notSupported]));
  const texts = [
    ...nodes,
    ...changed(old.parents, now.parents, parentText, ({ kind }) => kind),
    ...now.parents
      .filter(({ uid, notSupported }) => notSupported !== '' && ignoredBefore.get(uid) !== notSupported)
      .map(({ kind, namespace, name, notSupported }) => `${kind} ${namespace}/${name}: ${notSupported}`),
    ...changed(old.containers, now.containers, containerText, ({ kind }) => kind),
  ];
  return texts.map((text) => `${duration(now.elapsedMillis).padStart(10)}  ${text}`);
}
