// Pictures that may follow in the frames of the screen after that in which they were asked for: each frame has as many as it has
// time for, so that the page answers in between. Of a picture that was asked for more than once the newest is drawn.

/** Of the 16 ms between two frames; its last picture may overrun, and the rest is for layout. */
const BUDGET_MS = 2;

const waiting = new Map<object, () => void>();
let isComing = false;
/** Whether something was asked for since the last frame: the next one has what is drawn at once, and none of these pictures. */
let isAsked = false;

/** `picture`: what is drawn. */
export function drawSoon(picture: object, draw: () => void): void {
  waiting.set(picture, draw);
  isAsked = true;
  if (!isComing) requestAnimationFrame(rest);
  isComing = true;
}

/** Never two frames in a row, so that pictures follow while the slider moves in every frame. */
function rest(): void {
  isAsked = false;
  requestAnimationFrame(drawSome);
}

function drawSome(): void {
  const started = performance.now();
  for (const [picture, draw] of waiting) {
    waiting.delete(picture);
    draw();
    if (performance.now() - started > BUDGET_MS) break;
  }
  isComing = waiting.size > 0;
  isAsked = false;
  if (isComing) requestAnimationFrame(() => (isAsked ? rest() : drawSome()));
}
