const blinkMs = 1_200;

/** Shows a text and the page's title in turn, while the page is not looked at. */
export function createTitleAlert() {
  let title = '';
  let shown = '';
  let timer: ReturnType<typeof setInterval> | undefined;

  function end(): void {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    document.title = title;
  }

  return {
    /** @param text empty when there is nothing to tell */
    show(text: string): void {
      if (timer !== undefined && text === shown) return;
      end();
      if (text === '' || document.visibilityState === 'visible') return;
      shown = text;
      title = document.title;
      document.title = text;
      timer = setInterval(() => {
        document.title = document.title === text ? title : text;
      }, blinkMs);
    },
    end,
  };
}
