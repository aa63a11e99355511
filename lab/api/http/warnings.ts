/** `Warning` headers as kube-apiserver sends them, which kubectl prints: each text once, all of them cut when they are too long together. */

/** Characters of all texts, above which each is cut, and of one text then. */
const limits = { total: 4096, each: 256 };

export interface Warnings {
  add(text: string): void;
  /** The values of the header, one for each warning. */
  headers(): string[];
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export function createWarnings(): Warnings {
  const texts = new Set<string>();
  return {
    add: (text) => void texts.add(text),
    headers() {
      const all = [...texts].map((text) => [...text]);
      const isLong = all.reduce((sum, { length }) => sum + length, 0) > limits.total;
      const shown: string[] = [];
      let written = 0;
      for (const characters of all) {
        if (isLong && written >= limits.total) break;
        const kept = isLong ? characters.slice(0, limits.each) : characters;
        written += kept.length;
        shown.push(`299 - ${quoted(kept.join(''))}`);
      }
      return shown;
    },
  };
}
