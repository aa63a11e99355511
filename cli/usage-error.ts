/** Ends the program with a status of its own. */
export class StatusError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Something the user gave is wrong: told in one message, exit status 2. */
export class UsageError extends StatusError {
  constructor(message: string) {
    super(message, 2);
  }
}
