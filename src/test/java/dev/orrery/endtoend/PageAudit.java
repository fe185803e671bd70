package dev.orrery.endtoend;

/** Scripts that look through a page for what people cannot read or find. */
final class PageAudit {
    /** Visible texts with less contrast than WCAG 2.2 asks for at level AA (1.4.3). */
    static final String FAINT_TEXTS =
            """
            (() => {
              const pen = document.createElement('canvas')
                .getContext('2d', { willReadFrequently: true });
              const rgba = (colour) => {
                pen.clearRect(0, 0, 1, 1);
                pen.fillStyle = colour;
                pen.fillRect(0, 0, 1, 1);
                return [...pen.getImageData(0, 0, 1, 1).data];
              };
              const over = (top, below) => {
                const a = top[3] / 255;
                return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)).concat(255);
              };
              const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
              const light = (c) => [0.2126, 0.7152, 0.0722]
                .reduce((sum, share, i) => sum + share * linear(c[i] / 255), 0);
              const ground = (element) => {
                const layers = [];
                for (let at = element; at; at = at.parentElement) {
                  layers.unshift(rgba(getComputedStyle(at).backgroundColor));
                  if (layers[0][3] === 255) break;
                }
                return layers.reduce((below, top) => over(top, below), [255, 255, 255, 255]);
              };
              const isSeen = (element) => {
                const box = element.getBoundingClientRect();
                return box.width >= 2 && box.height >= 2 && element.checkVisibility()
                  && !element.closest('[aria-hidden=true], :disabled, dialog:not([open])');
              };
              const faint = [];
              for (const element of document.querySelectorAll('body *')) {
                const text = [...element.childNodes].filter((it) => it.nodeType === 3)
                  .map((it) => it.data.trim()).join('');
                if (!text || !isSeen(element)) continue;
                const style = getComputedStyle(element);
                const below = ground(element);
                const both = [light(over(rgba(style.color), below)), light(below)];
                const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
                const size = parseFloat(style.fontSize);
                const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
                if (ratio < (isLarge ? 3 : 4.5)) {
                  faint.push(`${text.slice(0, 30)} ${ratio.toFixed(2)}`);
                }
              }
              return faint;
            })()
            """;

    /** What can be used but says nothing to who does not see it. */
    static final String NAMELESS_CONTROLS =
            """
            [...document.querySelectorAll('a, button, input, select, textarea, canvas')]
              .filter((it) => it.checkVisibility() || it.type === 'file')
              .filter((it) => !(it.getAttribute('aria-label') || it.textContent.trim()
                || it.labels?.length > 0 || it.getAttribute('aria-labelledby')))
              .map((it) => it.outerHTML.slice(0, 120))
            """;

    private PageAudit() {}
}
