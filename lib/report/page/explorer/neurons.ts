// The section with all neurons, clustered by the frequency that they compute with, and the chosen one beside them.
import { SERIES_COLOURS } from '../../../charts/style.ts';
import type { NumberAxis } from '../../../task/number-axis.ts';
import { chart, Plot, type Svg } from '../parts/chart.ts';
import { h, section, source } from '../parts/element.ts';
import { percent, short } from '../parts/numbers.ts';
import { largest } from '../parts/raster.ts';
import { drawSoon } from '../parts/soon.ts';
import { pairRaster } from './maps.ts';
import type { Choice, Store } from './store.ts';

interface Neuron {
  readonly j: number;
  readonly frequency: number;
  readonly fraction: number;
  readonly phase: number;
}

/** What is known about the neurons of a network. */
export interface NeuronTable {
  readonly title: string;
  /** What the page says about them. */
  readonly words: string;
  /** When they were measured, to end a sentence; may be empty. */
  readonly when: string;
  readonly axis: NumberAxis;
  /** These three have one value per neuron; a silent neuron has frequency 0. */
  readonly frequency: ArrayLike<number>;
  readonly fraction: ArrayLike<number>;
  readonly phase: ArrayLike<number>;
  /** A neuron belongs to the cluster of a frequency that explains more than this share of it. */
  readonly above: number;
  describe(neuron: number): string;
  /** Activations of the chosen neuron for all pairs, in the order of the axes, [n*n]. */
  activation(choice: Choice): Float64Array;
}

export function neurons(table: NeuronTable, store: Store): HTMLElement {
  const { title, words, when, above } = table;
  const all = Array.from(table.frequency, (frequency, j): Neuron => ({
    j,
    frequency,
    fraction: table.fraction[j]!,
    phase: table.phase[j]!,
  }));
  const clusters = clusterNeurons(all, above);
  return section(
    'neurons',
    title,
    h(
      'p',
      {},
      `Each dot is a neuron. Its horizontal place is the angle at which it fires; its height is the share of it that its frequency explains. A neuron belongs to the cluster of a frequency that explains more than ${Math.round(100 * above)} % of it. Choose a dot, or a neuron in the list of its cluster, to see its activations below; in a list, the arrow keys lead to the neuron with the next angle. ${words} `,
      source(`Nanda et al. 2023, section 4.2${when && `, ${when}`}.`),
    ),
    h('div', { class: 'clusters' }, ...clusters.map((cluster) => drawCluster(store, cluster))),
    chosenNeuron(table, store),
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
    h(
      'h3',
      {},
      name,
      ' ',
      h('small', {}, `${neurons.length} ${neurons.length === 1 ? 'neuron' : 'neurons'}`),
    ),
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
function chosenNeuron(table: NeuronTable, store: Store): HTMLElement {
  const grid = pairRaster(table);
  const caption = h('figcaption', { 'aria-live': 'polite' });
  const draw = (choice: Choice): void => {
    const { neuron } = choice;
    const data = table.activation(choice);
    grid.draw(data, [0, largest(data)], `Neuron ${neuron} by a and b`);
    caption.replaceChildren(h('strong', {}, `Neuron ${neuron}`), ` ${table.describe(neuron)}`);
  };
  store.follow(['snapshot', 'neuron'], () => drawSoon(grid, () => draw(store.choice)), grid.element);
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
