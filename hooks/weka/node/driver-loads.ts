/**
 * Which of the loads that wait is made next. One helper works at a time on a node; one that fails or never ends is given
 * up, and goes behind all that were not tried yet: the typing error of one tenant takes nobody else down.
 */
import { hasPassed } from '../../core/deadlines.ts';
import type { WekaNode } from '../api/index.ts';
import type { Load } from './helper-policy.ts';

export type FailedLoad = NonNullable<NonNullable<WekaNode['status']>['failedLoads']>[number];

/** Seconds within which a helper has to report: an image of some GiB may have to be pulled. */
export const loadDeadlineSeconds = 300;
/** Characters of a message. */
const messageLength = 2000;
/** Seconds from the end of a try to the next one of the same image. */
export const retrySeconds = 60;

export interface LoaderState {
  /** RFC 3339, of its creation. */
  createdAt: string;
  /** Its result says why it could not load; absent: it has not reported. */
  error?: string;
  /** What its container says of itself. */
  words: string;
}

export interface LoadsInput {
  loads: readonly Load[];
  /** Of the present boot. */
  failed: readonly FailedLoad[];
  /** The helper that loads that image in the present boot; undefined: there is none. */
  loaderOf: (image: string) => LoaderState | undefined;
  bootId: string;
  now: string;
}

/** Why the helper is given up now; undefined: it may still report. */
function givenUp({ createdAt, error, words }: LoaderState, now: string): string | undefined {
  if (error !== undefined) return `loading failed: ${error}`;
  return hasPassed(createdAt, loadDeadlineSeconds, now)
    ? `its helper did not report within ${loadDeadlineSeconds} s: ${words}`
    : undefined;
}

/** What could not be loaded, with what has failed by now; only of images that somebody waits for. */
export function failedLoads({ loads, failed, loaderOf, bootId, now }: LoadsInput): FailedLoad[] {
  return loads.flatMap(({ image }) => {
    const loader = loaderOf(image);
    const message = loader === undefined ? undefined : givenUp(loader, now);
    const before = failed.find((one) => one.image === image);
    // a helper that is on its way out was counted already
    const counted =
      loader !== undefined && before !== undefined && Date.parse(before.at) >= Date.parse(loader.createdAt);
    if (message !== undefined && !counted)
      return [{ image, bootId, at: now, message: message.slice(0, messageLength) }];
    return before === undefined ? [] : [before];
  });
}

/** The load that a helper works at or is to begin; undefined: there is none, or all have to wait before the next try. */
export function nextLoad(input: LoadsInput): Load | undefined {
  const { loads, loaderOf, now } = input;
  const failed = new Map(failedLoads(input).map((one) => [one.image, one]));
  const working = loads.find(({ image }) => {
    const loader = loaderOf(image);
    return loader !== undefined && givenUp(loader, now) === undefined;
  });
  if (working !== undefined) return working;
  const order = ({ image, backend }: Load): [number, number] => [
    Date.parse(failed.get(image)?.at ?? '1970-01-01T00:00:00Z'),
    backend ? 0 : 1,
  ];
  const ready = loads.filter(
    ({ image }) => loaderOf(image) === undefined && hasPassed(failed.get(image)?.at, retrySeconds, now),
  );
  return [...ready].sort(
    (one, other) =>
      order(one)[0] - order(other)[0] || order(one)[1] - order(other)[1] || (one.image < other.image ? -1 : 1),
  )[0];
}
