import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Box, Point } from './geometry.js';
import { fitted, panned, zoomedAt, type Size, type Viewport } from './viewport.js';

interface CanvasProps {
  readonly label: string;
  readonly drawing: Size;
  /** A box that is to be seen, when it changes. */
  readonly reveal: Box | undefined;
  readonly children: ComponentChildren;
  readonly onBackground: () => void;
}

/** Pixels that an arrow key moves the drawing by. */
const STEP = 60;
const ZOOM_STEP = 1.25;

/** A window on a drawing: dragged, zoomed by wheel, pinch, buttons and keys, and fitted until it is moved. */
export function Canvas({ label, drawing, reveal, children, onBackground }: CanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [view, setView] = useState<Viewport>({ x: 0, y: 0, zoom: 1 });
  const [gliding, setGliding] = useState(false);
  const moved = useRef(false);

  const change = useCallback((next: (view: Viewport) => Viewport, glide = false) => {
    moved.current = true;
    setGliding(glide);
    setView(next);
  }, []);
  const fit = useCallback(() => {
    moved.current = false;
    setGliding(true);
    setView(fitted(drawing, size));
  }, [drawing, size]);

  useEffect(() => watchSize(frame.current, setSize), []);
  useEffect(() => {
    if (!moved.current) setView(fitted(drawing, size));
  }, [drawing, size]);
  useEffect(() => {
    if (reveal) change((now) => revealed(now, reveal, size), true);
  }, [reveal]); // not when the window changes
  useEffect(() => zoomByWheel(frame.current, change), [change]);
  const dragging = useDragging(change);
  const zoomBy = (factor: number): void => {
    change((now) => zoomedAt(now, { x: size.width / 2, y: size.height / 2 }, factor), true);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = ARROWS[event.key];
    if (by) change((now) => panned(now, by), true);
    else if (event.key === '+' || event.key === '=') zoomBy(ZOOM_STEP);
    else if (event.key === '-') zoomBy(1 / ZOOM_STEP);
    else if (event.key === '0' || event.key === 'f') fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const style = { transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` };
  return (
    <div class="canvas" ref={frame}>
      <svg
        class="canvas-drawing"
        role="group"
        aria-label={`${label}. Arrow keys move it, plus and minus zoom, 0 shows all.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          if (event.target === event.currentTarget) onBackground();
        }}
        {...dragging}
      >
        <g class={gliding ? 'canvas-content gliding' : 'canvas-content'} style={style}>
          {children}
        </g>
      </svg>
      <div class="canvas-tools" role="toolbar" aria-label="Zoom">
        <button
          type="button"
          aria-label="Zoom in"
          onClick={() => {
            zoomBy(ZOOM_STEP);
          }}
        >
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          onClick={() => {
            zoomBy(1 / ZOOM_STEP);
          }}
        >
          −
        </button>
        <button type="button" onClick={fit}>
          Fit
        </button>
      </div>
    </div>
  );
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: STEP, y: 0 },
  ArrowRight: { x: -STEP, y: 0 },
  ArrowUp: { x: 0, y: STEP },
  ArrowDown: { x: 0, y: -STEP },
};

type Change = (next: (view: Viewport) => Viewport, glide?: boolean) => void;

function watchSize(element: Element | null, setSize: (size: Size) => void): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(([entry]) => {
    if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
  };
}

/** By a listener that may keep the page from scrolling; those of JSX may not. */
function zoomByWheel(element: HTMLElement | null, change: Change): (() => void) | undefined {
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect(); // the frame, which listens
    const point = { x: event.clientX - left, y: event.clientY - top };
    change((now) => zoomedAt(now, point, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015))));
  };
  element?.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    element?.removeEventListener('wheel', onWheel);
  };
}

/** One pointer drags; two also zoom by their distance. */
function useDragging(change: Change) {
  const pointers = useRef(new Map<number, Point>());
  const end = (event: PointerEvent): void => {
    pointers.current.delete(event.pointerId);
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove: (event: PointerEvent) => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, now);
      if (!other) {
        change((view) => panned(view, { x: now.x - before.x, y: now.y - before.y }));
        return;
      }
      const { left, top } = (event.currentTarget as Element).getBoundingClientRect(); // the drawing, which listens
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      change((view) => zoomedAt(view, { x: other.x - left, y: other.y - top }, factor));
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: end,
  };
}

function distance(left: Point, right: Point): number {
  return Math.hypot(left.x - right.x, left.y - right.y);
}

/** Moved no farther than needed. */
function revealed(view: Viewport, box: Box, { width, height }: Size): Viewport {
  const margin = 24;
  const shift = (start: number, length: number, window: number): number => {
    if (start < margin) return margin - start;
    return Math.min(0, window - margin - (start + length));
  };
  return panned(view, {
    x: shift(box.x * view.zoom + view.x, box.width * view.zoom, width),
    y: shift(box.y * view.zoom + view.y, box.height * view.zoom, height),
  });
}
