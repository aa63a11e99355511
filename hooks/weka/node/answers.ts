/** What is looked for in an answer of weka, without going through it for each holder: it may list thousands. */
import { once } from '../once.ts';
import type { WekaAnswer } from '../queries.ts';

type Containers = WekaAnswer<'containers'>;
type Drives = WekaAnswer<'drives'>;
type Positions = Map<string, number[]>;

function positions<Entry>(list: readonly Entry[], word: (entry: Entry) => string | undefined): Positions {
  const found: Positions = new Map();
  list.forEach((entry, index) => {
    const key = word(entry);
    if (key === undefined) return;
    const before = found.get(key);
    if (before === undefined) found.set(key, [index]);
    else before.push(index);
  });
  return found;
}

/** The entries at these positions, each once and in the order of the list. */
function entriesAt<Entry>(list: readonly Entry[], found: readonly (readonly number[] | undefined)[]): Entry[] {
  const indexes = [...new Set(found.flatMap((some) => some ?? []))].sort((one, other) => one - other);
  return indexes.flatMap((index) => list[index] ?? []);
}

const containersBy = once((list: Containers) => ({
  id: positions(list, ({ host_id }) => host_id),
  name: positions(list, ({ container_name }) => container_name),
}));
const drivesBy = once((list: Drives) => ({
  serial: positions(list, ({ serial_number = '' }) => serial_number),
  host: positions(list, ({ host_id }) => host_id),
}));

/** The first container that has the number or the name. */
export function containerIn(
  list: Containers,
  id: string | undefined,
  name: string | undefined,
): Containers[number] | undefined {
  const by = containersBy(list);
  return entriesAt(list, [id === undefined ? [] : by.id.get(id), name === undefined ? [] : by.name.get(name)])[0];
}

/** The drives that have one of the serials or are in the container of that number. */
export function drivesIn(list: Drives, serials: readonly string[], id: string | undefined): Drives {
  const by = drivesBy(list);
  return entriesAt(list, [...serials.map((serial) => by.serial.get(serial)), id === undefined ? [] : by.host.get(id)]);
}
