// The chart and the table above a bar, in JupyterLab and Notebook.

export interface Outputs {
  chart: HTMLElement;
  table: HTMLElement;
}

const OUTPUT = ".jp-OutputArea-child";
export const CHART = ".jp-RenderedPlotly, .js-plotly-plot";
const TRIES = 50;
const PAUSE = 100;

/** Every tenth of a second, for five: what is above a bar comes when it does. */
export async function* soon(): AsyncGenerator<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    yield;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Find them once the bar is in the page; nothing where the page is another one. */
export async function outputsAbove(bar: HTMLElement): Promise<Outputs | null> {
  for await (const _ of soon()) {
    const own = bar.closest<HTMLElement>(OUTPUT);
    const found = own && above(own);
    if (found) return found;
  }
  return null;
}

function above(own: HTMLElement): Outputs | null {
  let table: HTMLElement | null = null;
  for (let at = own.previousElementSibling; at; at = at.previousElementSibling) {
    const output = at as HTMLElement;
    if (output.querySelector(".bh-result")) return null;
    if (!table && output.querySelector(".behavio-shown")) table = output;
    else if (table && output.querySelector(CHART)) return { chart: output, table };
  }
  return null;
}
