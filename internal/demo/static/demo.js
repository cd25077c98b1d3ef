// The checklist ticks itself: look again when the reader comes back to it.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") location.reload();
});
