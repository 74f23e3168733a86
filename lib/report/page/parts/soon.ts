// Pictures that may follow right after the frame in which they were asked for: each frame of the screen has as many as it has
// time for, so that the page answers in between. Of a picture that was asked for more than once the newest is drawn.

/** Of the 16 ms between two frames; the rest is for what is drawn at once, and for layout. */
const BUDGET_MS = 4;

const waiting = new Map<object, () => void>();

/** `picture`: what is drawn. */
export function drawSoon(picture: object, draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawSome);
  waiting.set(picture, draw);
}

function drawSome(): void {
  const started = performance.now();
  for (const [picture, draw] of waiting) {
    waiting.delete(picture);
    draw();
    if (performance.now() - started > BUDGET_MS) break;
  }
  if (waiting.size > 0) requestAnimationFrame(drawSome);
}
