/** What weka says of its drives, read so that an answer from which something is missing proves nothing. */
import type { WekaAnswer, WekaStatus } from './queries.ts';
import { ofAnotherCluster } from './weka-containers.ts';

export type WekaDrive = WekaAnswer<'drives'>[number];

export type WekaDrives = { state: 'known'; drives: WekaDrive[] } | { state: 'unknown'; reason: string };

/**
 * The answer of `weka cluster drive`, or why it can not be believed.
 * @param status of the same member: it counts the drives, and a list that is shorter is not whole
 * @param clusterGuid of the weka cluster that is asked about; undefined: not known
 */
export function readDrives(
  answer: WekaDrive[] | undefined,
  status: WekaStatus | undefined,
  clusterGuid?: string,
): WekaDrives {
  const unknown = (reason: string): WekaDrives => ({ state: 'unknown', reason });
  if (answer === undefined) return unknown('the drives of the weka cluster have not been read');
  const total = status?.drives?.total;
  if (total === undefined)
    return unknown('the member that listed the drives has not said how many there are (drives.total of weka status)');
  const foreign = ofAnotherCluster(status, clusterGuid);
  if (foreign !== undefined) return unknown(foreign);
  if (answer.length !== total) return unknown(`weka lists ${answer.length} drives and counts ${total}`);
  // two nodes may have devices of one serial
  const twice = [
    answer.map(({ uuid }) => uuid),
    answer.map(({ host_id = '', serial_number: serial = '' }) => `${host_id} ${serial}`),
  ].some((ids) => new Set(ids).size < ids.length);
  // as where two pages of a list overlap: what is missing in it is hidden by what stands there twice
  if (twice) return unknown('weka lists a drive twice');
  const odd = answer.find(
    ({ host_id, serial_number, status: word }) =>
      host_id === undefined || (serial_number ?? '') === '' || (word ?? '') === '',
  );
  return odd === undefined
    ? { state: 'known', drives: answer }
    : unknown(`weka lists the drive ${odd.uuid} without its host, serial or status`);
}
