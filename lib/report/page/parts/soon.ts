// Pictures that may follow in the frames of the screen after that in which they were asked for: each frame has as many as it has
// time for, so that the page answers in between. Of a picture that was asked for more than once the newest is drawn.

/** Of the 16 ms between two frames; its last picture may overrun, and the rest is for layout. */
const BUDGET_MS = 3;

const waiting = new Map<object, () => void>();
let isComing = false;

/** `picture`: what is drawn. */
export function drawSoon(picture: object, draw: () => void): void {
  waiting.set(picture, draw);
  // The next frame has what was drawn at once.
  if (!isComing) requestAnimationFrame(() => requestAnimationFrame(drawSome));
  isComing = true;
}

function drawSome(): void {
  const started = performance.now();
  for (const [picture, draw] of waiting) {
    waiting.delete(picture);
    draw();
    if (performance.now() - started > BUDGET_MS) break;
  }
  isComing = waiting.size > 0;
  if (isComing) requestAnimationFrame(drawSome);
}
