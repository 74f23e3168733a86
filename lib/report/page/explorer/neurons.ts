// All neurons, clustered by the frequency that they compute with. The explorer shows the chosen one.
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { claimsAt } from '../../claims.ts';
import { chart, Plot, type Svg } from '../parts/chart.ts';
import { h, missing, section, source } from '../parts/element.ts';
import { percent, short } from '../parts/numbers.ts';
import { largest } from '../parts/raster.ts';
import { describe, pairRaster } from './maps.ts';
import type { Run } from './run.ts';
import type { Choice, Store } from './store.ts';

interface Neuron {
  readonly j: number;
  readonly frequency: number;
  readonly fraction: number;
  readonly phase: number;
}

export function neurons(run: Run, store: Store): HTMLElement {
  const title = claimsAt('neurons_title', run.facts);
  const table = run.data.neurons;
  const summary = run.data.summaries.neurons;
  if (!summary && !table) return section('neurons', title, missing('This section', 'neurons'));
  if (!table)
    return section(
      'neurons',
      title,
      h('p', { class: 'note' }, `Not measured: ${summary?.not_measured ?? 'the stage left no table'}.`),
    );
  const [frequency, fraction, phase] = ['neuron_frequency', 'neuron_fraction_explained', 'phase'].map(
    (name) => run.column(table, name)!,
  ) as [Float32Array, Float32Array, Float32Array];
  const all = Array.from(frequency, (k, j): Neuron => ({
    j,
    frequency: k,
    fraction: fraction[j]!,
    phase: phase[j]!,
  }));
  const above = (summary?.not_measured === null ? summary.cluster_above : null) ?? 0.85;
  const clusters = clusterNeurons(all, above);
  return section(
    'neurons',
    title,
    h(
      'p',
      {},
      `Each dot is a neuron: across, the angle at which it fires; up, how much of it its frequency explains. A neuron belongs to the cluster of a frequency that explains more than ${Math.round(100 * above)} % of it. Choose a dot, or a neuron in the list of its cluster, and its activations show below and under “One neuron”; in a list, the arrow keys go on to the neuron that fires next. ${claimsAt('neurons', run.facts)} `,
      source('Nanda et al. 2023, section 4.2, at the last epoch.'),
    ),
    h('div', { class: 'clusters' }, ...clusters.map((cluster) => drawCluster(store, cluster))),
    chosenNeuron(run, store),
  );
}

interface Cluster {
  readonly name: string;
  readonly colour: string;
  readonly neurons: readonly Neuron[];
}

function clusterNeurons(all: readonly Neuron[], above: number): Cluster[] {
  const alive = all.filter(({ frequency }) => frequency > 0);
  const isIn = ({ fraction }: Neuron): boolean => fraction > above;
  const keys = [...new Set(alive.filter(isIn).map(({ frequency }) => frequency))].sort((x, y) => x - y);
  const byPhase = (list: Neuron[]): Neuron[] => list.sort((x, y) => x.phase - y.phase);
  const clusters = keys.map((k, i) => ({
    name: `k = ${k}`,
    colour: SERIES_COLOURS[i % (SERIES_COLOURS.length - 1)]!,
    neurons: byPhase(alive.filter((neuron) => isIn(neuron) && neuron.frequency === k)),
  }));
  const others = byPhase(alive.filter((neuron) => !isIn(neuron)));
  return [...clusters, { name: 'others', colour: SERIES_COLOURS.at(-1)!, neurons: others }].filter(
    (cluster) => cluster.neurons.length > 0,
  );
}

const HEIGHT = 120;

function drawCluster(store: Store, { name, colour, neurons }: Cluster): HTMLElement {
  const id = `cluster-${name.replace(/\W+/g, '')}`;
  const picture = chart(
    HEIGHT,
    () => `Neurons of ${name} by phase and share explained`,
    () => ({
      frame: {
        x: { label: 'phase / π', domain: [-0.03, 2.03] },
        y: { label: 'share', domain: [0, 1.08] },
      },
      isScatter: true,
      marks: [
        Plot.dot(neurons, {
          x: ({ phase }: Neuron) => phase / Math.PI,
          y: 'fraction',
          r: 3.5,
          fill: colour,
          fillOpacity: 0.75,
          ariaDescription: 'neurons',
          channels: {
            reading: ({ j, phase, fraction }: Neuron) =>
              `neuron ${j}: phase ${short(phase / Math.PI)} π, ${percent(fraction)} explained`,
          },
        }),
        Plot.dot(
          neurons.filter(({ j }) => j === store.choice.neuron),
          {
            x: ({ phase }: Neuron) => phase / Math.PI,
            y: 'fraction',
            r: 7,
            stroke: '#1c1c1c',
            strokeWidth: 2,
            ariaDescription: 'chosen',
          },
        ),
      ],
    }),
  );
  const choose = (j: number): void => store.set({ neuron: j });
  picture.element.classList.add('choosable');
  picture.element.addEventListener('click', (event) => {
    const near = nearestNeuron(event, picture.svg(), neurons);
    if (near) choose(near.j);
  });
  const select = h(
    'select',
    { id, change: () => choose(Number(select.value)) },
    h('option', { value: '', disabled: true }, '–'),
    ...neurons.map(({ j }) => h('option', { value: j }, `neuron ${j}`)),
  );
  const element = h(
    'div',
    { class: 'card cluster' },
    h('h3', {}, name, ' ', h('small', {}, `${neurons.length} neurons`)),
    h('label', { class: 'box' }, h('span', { class: 'hidden' }, `${name}: `), select),
    picture.element,
  );
  store.follow(['neuron'], ({ neuron }) => {
    const isHere = neurons.some(({ j }) => j === neuron);
    const wasHere = element.classList.contains('here');
    select.value = isHere ? String(neuron) : '';
    element.classList.toggle('here', isHere);
    if ((isHere || wasHere) && picture.element.isConnected) picture.draw();
  });
  return element;
}

/** The chosen neuron beside the clusters, so that the choice shows where it is made. */
function chosenNeuron(run: Run, store: Store): HTMLElement {
  const grid = pairRaster(run);
  const caption = h('figcaption', { 'aria-live': 'polite' });
  const draw = ({ snapshot, neuron }: Choice): void => {
    const data = run.neuron(snapshot, neuron);
    grid.draw(data, [0, largest(data)], `Neuron ${neuron} by a and b`);
    caption.replaceChildren(h('strong', {}, `Neuron ${neuron}`), ` ${describe(run, neuron)}`);
  };
  store.follow(['snapshot', 'neuron'], draw, grid.element);
  return h('figure', { class: 'card chosen' }, caption, grid.element);
}

function nearestNeuron(event: MouseEvent, svg: Svg | undefined, neurons: readonly Neuron[]): Neuron | null {
  if (!svg) return null;
  const { left, top, width } = svg.getBoundingClientRect();
  const zoom = Number(svg.getAttribute('width')) / width;
  const [x, y] = [(event.clientX - left) * zoom, (event.clientY - top) * zoom];
  const distance = ({ phase, fraction }: Neuron): number =>
    Math.hypot(
      (svg.scale('x')!.apply(phase / Math.PI) as number) - x,
      (svg.scale('y')!.apply(fraction) as number) - y,
    );
  return neurons.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}
