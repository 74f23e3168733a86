// Pictures that the page computes from the weights: the embedding circle, attention, a neuron and its spectrum.
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { claimsAt } from '../../claims.ts';
import { hasStates } from '../../facts.ts';
import { chart, Plot } from '../parts/chart.ts';
import { h, source } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import { drawSoon } from '../parts/soon.ts';
import { colourBar, largest, raster, type Raster } from '../parts/raster.ts';
import { numberBox, panel } from './panel.ts';
import type { Run } from './run.ts';
import type { Choice, Store } from './store.ts';

const CIRCLE_HEIGHT = 300;
/** At most this many points have their number beside them. */
const MOST_NAMED = 16;

/** A number in the plane of a frequency. */
interface Place {
  readonly a: number;
  readonly x: number;
  readonly y: number;
}

/** Null if the task has no group, since no circle is expected then, or if the group is too small for one. */
export function embeddingCircle(run: Run, store: Store): HTMLElement | null {
  const { numbers } = run.axis;
  const n = numbers.length;
  if (run.facts.not_measured !== null || n < 3) return null;
  const points = (): Place[] => {
    const { data } = run.circle(run.snapshotOf(store.choice.frame), store.choice.frequency);
    return Array.from(numbers, (a, i) => ({ a, x: data[2 * i]!, y: data[2 * i + 1]! }));
  };
  // Neighbours on the circle differ by the inverse of k mod n. If k and n share a factor, there are several laps.
  const order = (k: number): number[] =>
    Array.from({ length: n }, (_, i) => i).sort((i, j) => ((k * i) % n) - ((k * j) % n));
  const named = Math.ceil(n / MOST_NAMED);
  const picture = chart(
    CIRCLE_HEIGHT,
    () => `${n} numbers in the plane of frequency ${store.choice.frequency}`,
    (width) => {
      const all = points();
      const reach = 1.25 * Math.max(...all.map(({ x, y }) => Math.hypot(x, y)), 1e-9);
      const wide = (reach * Math.max(1, width - 60)) / CIRCLE_HEIGHT;
      const path = order(store.choice.frequency).map((a) => all[a]!);
      return {
        frame: {
          x: { label: 'along cosine', domain: [-Math.max(reach, wide), Math.max(reach, wide)] },
          y: { label: 'along sine', domain: [-reach, reach] },
        },
        isScatter: true,
        marks: [
          Plot.line([...path, path[0]!], {
            x: 'x',
            y: 'y',
            stroke: '#7f7f7f',
            strokeOpacity: 0.45,
            strokeWidth: 1,
            ariaDescription: 'line',
          }),
          Plot.dot(all, {
            x: 'x',
            y: 'y',
            r: n > 60 ? 3 : 4,
            fill: SERIES_COLOURS[0],
            channels: {
              reading: ({ a, x, y }: Place) => `${a}: along cosine ${short(x)}, along sine ${short(y)}`,
            },
            ariaDescription: 'numbers',
          }),
          Plot.text(
            path.filter((_, i) => i % named === 0 && i + named <= n),
            {
              x: ({ x }: Place) => 1.11 * x,
              y: ({ y }: Place) => 1.11 * y,
              text: ({ a }: Place) => String(a),
              fontSize: 11,
              ariaDescription: 'names',
            },
          ),
        ],
      };
    },
  );
  const select = h('select', {
    id: 'frequency',
    change: () => store.set({ frequency: Number(select.value) }),
  });
  const key = run.keyFrequencies;
  // The last frequency of an even n is left out: it has a cosine but no sine, and so no circle.
  const all = Array.from({ length: (n - 1) >> 1 }, (_, i) => i + 1);
  const others = all.filter((k) => !key.includes(k));
  const group = (label: string, of: readonly number[]): HTMLElement =>
    h('optgroup', { label }, ...of.map((k) => h('option', { value: k }, String(k))));
  const circles = key.filter((k) => all.includes(k));
  select.append(...(circles.length > 0 ? [group('key', circles)] : []), group('others', others));
  store.follow(['frequency'], ({ frequency }) => (select.value = String(frequency)));
  store.follow(
    ['snapshot', 'frequency'],
    () => picture.element.isConnected && picture.draw(),
    picture.element,
  );
  return panel(run, store, {
    id: 'circle',
    title: 'Numbers on a circle',
    controls: [h('label', { class: 'box' }, 'frequency', select)],
    words: [
      `The embedding in the plane of one frequency. The line joins the numbers in the order of their angles at this frequency. ${claimsAt('circle', run.facts)} `,
      source('Projections of W_E on cos w_k W_E and sin w_k W_E; Nanda et al. 2023, section 4.1.'),
    ],
    picture: [picture.element],
    fromWeights: true,
  });
}

export function attentionMap(run: Run, store: Store): HTMLElement {
  const heads = Array.from({ length: run.data.config.n_heads }, () => pairRaster(run, { bar: false }));
  const figures = h(
    'div',
    { class: 'heads' },
    ...heads.map(({ element }, head) => h('figure', {}, h('figcaption', {}, `Head ${head}`), element)),
  );
  const draw = (head: number): void => {
    const pattern = run.attentionToA(store.choice.snapshot, head);
    heads[head]!.draw(pattern, [0, 1], `Attention of head ${head} from = to a, by a and b`);
  };
  store.follow(['snapshot'], () => heads.forEach((map, head) => drawSoon(map, () => draw(head))), figures);
  return panel(run, store, {
    id: 'attention',
    title: 'Where it looks',
    words: [
      `Attention from = to a of each head, for every pair. (The rest goes to b and to = itself.) ${claimsAt('axes', run.facts)} ${claimsAt('attention', run.facts)} `,
      source('Nanda et al. 2023, figure 4.'),
    ],
    picture: [figures, colourBar(false, h('span', {}, '0'), h('span', {}, '1'))],
    fromWeights: true,
  });
}

export function neuronMap(run: Run, store: Store): HTMLElement {
  const { d_mlp } = run.data.config;
  const { names } = run.basis;
  const grid = pairRaster(run);
  const spectrum = raster(names.length, {
    rows: 'component of a',
    columns: 'component of b',
    signed: true,
    hasSpots: true,
    name: (row, column) => `${names[row]!} of a, ${names[column]!} of b`,
  });
  const box = numberBox(
    'neuron',
    'neuron',
    { min: 0, max: d_mlp - 1, value: store.choice.neuron },
    (neuron) => store.set({ neuron }),
  );
  const about = h('small', { class: 'of' });
  store.follow(['neuron'], ({ neuron }) => {
    if (document.activeElement !== box.input) box.input.value = String(neuron);
    about.textContent = describe(run, neuron);
  });
  let activation: Float64Array = new Float64Array();
  const drawGrid = ({ snapshot, neuron }: Choice): void => {
    activation = run.neuron(snapshot, neuron);
    const most = largest(activation);
    grid.draw(activation, [0, most], `Neuron ${neuron} by a and b; largest activation ${short(most)}`);
    drawSoon(spectrum, () => drawSpectrum(neuron));
  };
  const drawSpectrum = (neuron: number): void => {
    const coefficients = run.spectrum(activation);
    const reach = largest(coefficients);
    spectrum.draw(coefficients, [-reach, reach], `Two-dimensional Fourier spectrum of neuron ${neuron}`);
  };
  store.follow(['snapshot', 'neuron'], () => drawSoon(grid, () => drawGrid(store.choice)), grid.element);
  return panel(run, store, {
    id: 'neuron-map',
    title: 'One neuron',
    controls: [box.element, about],
    words: [
      `Its activation for every pair, and the same in the two-dimensional Fourier basis (constant, sin 1, cos 1, sin 2, …). ${claimsAt('axes', run.facts)} `,
      source('F n Fᵀ; Nanda et al. 2023, figure 5; TransformerLens’ demo.'),
    ],
    picture: [
      h(
        'div',
        { class: 'heads two' },
        h('figure', {}, h('figcaption', {}, 'activation'), grid.element),
        h('figure', {}, h('figcaption', {}, 'spectrum'), spectrum.element),
      ),
    ],
    fromWeights: true,
  });
}

/** A heat map over all pairs, in the order of the axes. Its readout names the pair. */
export function pairRaster({ axis }: Pick<Run, 'axis'>, options: { readonly bar?: boolean } = {}): Raster {
  const [rows, columns] = [axis.label('a'), axis.label('b')];
  const name = (row: number, column: number): string =>
    `a = ${axis.numbers[row]!}, b = ${axis.numbers[column]!}`;
  return raster(axis.numbers.length, { rows, columns, name, ...options });
}

/** What the stage neurons found about a neuron, in the last state. */
export function describe(run: Run, neuron: number): string {
  const { neurons } = run.data;
  if (!neurons) return '';
  const frequency = run.column(neurons, 'neuron_frequency')![neuron]!;
  const fraction = run.column(neurons, 'neuron_fraction_explained')![neuron]!;
  const end = hasStates(run.facts) ? 'at the end ' : '';
  if (frequency === 0) return `${end}silent`;
  return `${end}frequency ${whole(frequency)} explains ${percent(fraction)} of it`;
}
