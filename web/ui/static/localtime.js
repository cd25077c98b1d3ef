// Shows exact times in the reader's own time zone.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) continue;
  if (time.hasAttribute("data-exact")) time.textContent = format.format(at);
  else time.title = format.format(at);
}
