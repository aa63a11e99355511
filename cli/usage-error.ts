/** Something that the user gave is wrong: told in one line, exit status 2. */
export class UsageError extends Error {}
