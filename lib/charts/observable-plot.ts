// The only file that imports Observable Plot, for figures drawn without a browser and for pages drawn in one.
import * as Plot from '@observablehq/plot';

export { Plot };
