// Goes on by itself: posts the form, or follows the link, that the page shows.
// replace() keeps this page out of the history, so that Back leads to a page
// that waits for an answer and not to one that leaves again.
const form = document.querySelector("form[data-auto]");
const link = document.querySelector("a[data-auto]");
if (form) form.requestSubmit();
else if (link) location.replace(link.href);
