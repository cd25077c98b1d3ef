// A page that waits for something looks again by itself; the link on it does
// the same where this cannot. It does so out of sight, too: what it waits for
// happens in another window.
const waits = document.querySelector("[data-reload]");
if (waits) setTimeout(() => location.reload(), Number(waits.dataset.reload) * 1000);
