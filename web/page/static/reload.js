// A page that waits for something looks again by itself; the link on it does
// the same where this cannot.
const waits = document.querySelector("[data-reload]");
if (waits) {
  const again = () => { if (document.visibilityState === "visible") location.reload(); else document.addEventListener("visibilitychange", again, { once: true }); };
  setTimeout(again, Number(waits.dataset.reload) * 1000);
}
