/** What has changed between two looks, for an output that is not drawn over: ages alone are no change. */
import type { StatusList, StatusScreen } from './read.ts';
import { eventsTitle } from './sections.ts';
import { listLines, screenLines, type ListShape } from './told.ts';

export type View = { list: StatusList } | { screens: readonly StatusScreen[] };

export function viewLines(view: View, shape: ListShape): string[] {
  if ('list' in view) return listLines(view.list, shape);
  return view.screens.flatMap((screen, at) => [...(at === 0 ? [] : ['']), ...screenLines(screen, shape)]);
}

interface Told {
  /** With its age. */
  text: string;
  /** What is compared: without its age, and however wide the columns are. */
  bare: string;
  /** The heading above it; its own text where it is one. */
  title: string;
  /** What it is about. */
  label: string;
}

function toldLines(view: View, shape: ListShape): Told[] {
  const isList = 'list' in view;
  const bare = viewLines(view, { ...shape, now: undefined }).map((text) => text.replaceAll(/\s+/g, ' ').trim());
  let title = '';
  return viewLines(view, shape).map((text, at) => {
    if (!isList && text !== '' && !text.startsWith(' ')) title = text;
    const words = (bare[at] ?? '').split(' ').slice(0, isList && shape.everywhere ? 2 : 1);
    return { text, bare: bare[at] ?? '', title, label: words.join(' ') };
  });
}

/** The lines of `after` that `before` does not have, each under its heading, and what is gone; all of them where there was nothing before. */
export function changedLines(before: View | undefined, after: View, shape: ListShape): string[] {
  const lines = toldLines(after, shape);
  if (before === undefined) return lines.map(({ text }) => text);
  const old = toldLines(before, shape);
  const known = new Set(old.map(({ bare }) => bare));
  const labels = new Set(lines.map(({ label }) => label));
  const headed = new Set(['']);
  const changed = lines
    .filter(({ bare }) => bare !== '' && !known.has(bare))
    .flatMap(({ text, title }) => {
      const heading = text === title || headed.has(title) ? [] : [title];
      headed.add(title);
      return [...heading, text];
    });
  // an event that is forgotten is no news
  const gone = old.filter(
    ({ bare, text, title, label }) => bare !== '' && text !== title && title !== eventsTitle && !labels.has(label),
  );
  return [...changed, ...gone.map(({ text }) => `gone: ${text.trim()}`)];
}
