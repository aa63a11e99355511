/** What is said where no node is of use. */

/** A selector as kubectl takes it after -l. */
const text = (selector: Record<string, string>): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');

/** @param selectors what the nodes are chosen by; each is named once, with the command that shows who has its labels */
export function noNode(selectors: readonly Record<string, string>[]): string {
  const texts = [...new Set(selectors.map(text))].filter((one) => one !== '').sort();
  return texts.length === 0
    ? 'there is no WekaNode: is the controller of nodes up? kubectl get wekanodes'
    : `no node matches the node selector ${texts.join(' or ')}: kubectl get nodes -l ${texts[0] ?? ''}`;
}
