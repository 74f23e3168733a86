// The one door to Observable Plot, for figures drawn without a browser and for the page that is drawn in one.
import * as Plot from '@observablehq/plot';

export { Plot };
