/** Objects without `undefined`, which JSON can not carry and exact optional properties do not allow. */

type Defined<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** The fields that have a value. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[key];
    if (value !== undefined) found[key] = value;
  }
  return found as Defined<Fields>;
}
