// The canvas that Plot's raster mark draws its pixels on, without a browser or a native package.
// It can do only what Plot asks for: Plot creates it, sets its size, puts one ImageData and reads a data: URL.
import { encodePng } from './png.ts';

interface ImageData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export class PngCanvas {
  width = 300;
  height = 150;
  #image: ImageData | null = null;

  getContext(kind: string): object {
    if (kind !== '2d') throw new Error(`canvas context: ${kind} (2d expected)`);
    return {
      createImageData: (width: number, height: number): ImageData => ({
        width,
        height,
        data: new Uint8ClampedArray(width * height * 4),
      }),
      putImageData: (image: ImageData, x: number, y: number) => {
        if (x !== 0 || y !== 0 || image.width !== this.width || image.height !== this.height)
          throw new Error('canvas: only an image of its own size can be put on it');
        this.#image = image;
      },
    };
  }

  toDataURL(): string {
    const { width, height } = this;
    const rgba = this.#image?.data ?? new Uint8ClampedArray(width * height * 4);
    return `data:image/png;base64,${encodePng({ width, height, rgba }).toString('base64')}`;
  }
}
