// The chart and the table above a bar, in JupyterLab and Notebook.

export interface Outputs {
  chart: HTMLElement;
  table: HTMLElement;
}

const OUTPUT = ".jp-OutputArea-child";
export const CHART = ".jp-RenderedPlotly, .js-plotly-plot";
export const TRIES = 50;
export const PAUSE = 100;

/** Find them once the bar is in the page; nothing where the page is another one. */
export async function outputsAbove(bar: HTMLElement): Promise<Outputs | null> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const own = bar.closest<HTMLElement>(OUTPUT);
    const found = own && above(own);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
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
