declare module 'node-api-headers' {
  /** Folder of node_api.h. */
  export const include_dir: string;
}
