// W_logit was called W_L in columns and summaries. For one version both names are written, so that readers of the former one
// have time to change. After that, this file is to be deleted.

type Former<Name> = Name extends `${infer Start}W_logit${infer End}` ? `${Start}W_L${End}` : never;
type WithFormerNames<T> = T & { [Name in keyof T as Former<Name>]: T[Name] };

/** Adds whatever is named after W_logit under its former name, too. */
export function withFormerNames<T extends object>(named: T): WithFormerNames<T> {
  const former = Object.entries(named).filter(([name]) => name.includes('W_logit'));
  const again = former.map(([name, value]) => [name.replace('W_logit', 'W_L'), value as unknown]);
  return { ...named, ...Object.fromEntries(again) } as WithFormerNames<T>;
}

export const isFormerName = (name: string): boolean => name.includes('W_L');
