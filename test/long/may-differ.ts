/**
 * What may differ between the artifacts of two versions of this project, and why: the one list of exceptions. A part is
 * named as file-parts.ts names it.
 */
export const MAY_DIFFER: readonly { readonly file: RegExp; readonly part: RegExp; readonly why: string }[] = [
  {
    file: /(^|\/)\.runs\/(.*\/)?(?!provenance\.json$)[^/]+$/,
    part: /./,
    why: 'logs, claims and remembered settings tell of the run, not of the result',
  },
  {
    file: /(^|\/)\.runs\/.*provenance\.json$/,
    part: /^(?!missing$|fields\.identity)/,
    why: 'a record has times, the host, hashes of the code and versions; what the engines call themselves is compared',
  },
  {
    file: /(^|\/)timings\.arrow$/,
    part: /./,
    why: 'how long the points of a sweep took, and where',
  },
  {
    file: /\.html$/,
    part: /^page$/,
    why: 'script, style and policy of a page are code of this project; its data are compared',
  },
  {
    file: /\.html$/,
    part: /^data\.made_by\.[^.]+\.(key|packages|node|platform)/,
    why: 'keys and versions of what made the folders that a page shows',
  },
  {
    file: /\.html$/,
    part: /^data\.versions\./,
    why: 'hashes of the files that a page was made of; the files are compared',
  },
  {
    file: /(^|\/)report\/summary\.json$/,
    part: /^bytes$/,
    why: 'the size of a page follows from its script, style and packages, too',
  },
];
