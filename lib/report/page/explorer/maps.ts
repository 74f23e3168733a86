// Pictures that the page computes from the weights: the embedding circle, attention, a neuron and its spectrum.
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { chart, Plot } from '../parts/chart.ts';
import { h, source } from '../parts/element.ts';
import { short, whole } from '../parts/numbers.ts';
import { colourBar, largest, raster } from '../parts/raster.ts';
import { numberBox, panel } from './panel.ts';
import { asGrid, type Run } from './run.ts';
import type { Choice, Store } from './store.ts';

const CIRCLE_HEIGHT = 300;
/** How many points have their number beside them. */
const MOST_NAMED = 16;

/** A number in the plane of a frequency. */
interface Place {
  readonly a: number;
  readonly x: number;
  readonly y: number;
}

export function embeddingCircle(run: Run, store: Store): HTMLElement {
  const { p } = run.data.config;
  const points = (): Place[] => {
    const { data } = run.circle(run.snapshotOf(store.choice.frame), store.choice.frequency);
    return Array.from({ length: p }, (_, a) => ({ a, x: data[2 * a]!, y: data[2 * a + 1]! }));
  };
  // Neighbours on the circle differ by the inverse of k mod p. If k and p share a factor, there are several laps.
  const order = (k: number): number[] =>
    Array.from({ length: p }, (_, a) => a).sort((i, j) => ((k * i) % p) - ((k * j) % p));
  const named = Math.ceil(p / MOST_NAMED);
  const picture = chart(
    CIRCLE_HEIGHT,
    () => `The ${p} numbers in the plane of frequency ${store.choice.frequency}`,
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
        marks: [
          Plot.line([...path, path[0]!], {
            x: 'x',
            y: 'y',
            stroke: '#7f7f7f',
            strokeOpacity: 0.45,
            strokeWidth: 1,
          }),
          Plot.dot(all, {
            x: 'x',
            y: 'y',
            r: p > 60 ? 3 : 4,
            fill: SERIES_COLOURS[0],
            ariaDescription: 'numbers',
          }),
          Plot.text(
            path.filter((_, i) => i % named === 0 && i + named <= p),
            {
              x: ({ x }: Place) => 1.11 * x,
              y: ({ y }: Place) => 1.11 * y,
              text: ({ a }: Place) => String(a),
              fontSize: 11,
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
  const others = Array.from({ length: p >> 1 }, (_, i) => i + 1).filter((k) => !key.includes(k));
  const group = (label: string, of: readonly number[]): HTMLElement =>
    h('optgroup', { label }, ...of.map((k) => h('option', { value: k }, String(k))));
  select.append(group('key', key), group('others', others));
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
      'The embedding seen in the plane of one frequency; the line goes from each number to the next around the circle. Disorder becomes a clock face: to add is to turn. ',
      source('Projections of W_E on cos w_k W_E and sin w_k W_E; Nanda et al. 2023, section 4.1.'),
    ],
    picture: [picture.element],
    fromWeights: true,
  });
}

export function attentionMap(run: Run, store: Store): HTMLElement {
  const { p, n_heads } = run.data.config;
  const heads = Array.from({ length: n_heads }, () => raster(p, { rows: 'a', columns: 'b', bar: false }));
  const figures = h(
    'div',
    { class: 'heads' },
    ...heads.map(({ element }, head) => h('figure', {}, h('figcaption', {}, `Head ${head}`), element)),
  );
  const draw = ({ snapshot }: Choice): void =>
    heads.forEach(({ draw }, head) =>
      draw(
        run.attentionToA(snapshot, head),
        [0, 1],
        `Attention of head ${head} from = to a, for every pair a, b`,
      ),
    );
  store.follow(['snapshot'], draw, figures);
  return panel(run, store, {
    id: 'attention',
    title: 'Where it looks',
    words: [
      'Attention from = to a, head by head, for every pair. (What is left goes to b and to = itself.) Stripes and waves mean that a head weighs a against b by an angle. ',
      source('Nanda et al. 2023, figure 4.'),
    ],
    picture: [figures, colourBar(false, h('span', {}, '0'), h('span', {}, '1'))],
    fromWeights: true,
  });
}

export function neuronMap(run: Run, store: Store): HTMLElement {
  const { p, d_mlp } = run.data.config;
  const grid = raster(p, { rows: 'a', columns: 'b' });
  const spectrum = raster(p, { rows: 'component of a', columns: 'component of b', signed: true });
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
  const draw = ({ snapshot, neuron }: Choice): void => {
    const { data } = run.neuron(snapshot, neuron);
    grid.draw(
      data,
      [0, largest(data)],
      `Neuron ${neuron} for every pair a, b; largest activation ${short(largest(data))}`,
    );
    const coefficients = run.spectrum(asGrid(data));
    const reach = largest(coefficients);
    spectrum.draw(coefficients, [-reach, reach], `Two-dimensional Fourier spectrum of neuron ${neuron}`);
  };
  store.follow(['snapshot', 'neuron'], draw, grid.element);
  return panel(run, store, {
    id: 'neuron-map',
    title: 'One neuron',
    controls: [box.element, about],
    words: [
      'Its activation for every pair, and the same in the two-dimensional Fourier basis (constant, sin 1, cos 1, sin 2, …). A neuron of the finished network has a few bright points: one frequency, in a, in b and in both. ',
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

/** What the stage neurons found about it, at the end of training. */
export function describe(run: Run, neuron: number): string {
  const { neurons } = run.data;
  if (!neurons) return '';
  const frequency = run.column(neurons, 'neuron_frequency')![neuron]!;
  const fraction = run.column(neurons, 'neuron_fraction_explained')![neuron]!;
  if (frequency === 0) return 'silent at the end';
  return `at the end frequency ${whole(frequency)} explains ${short(100 * fraction)} % of it`;
}
