// Shows exact times in the reader's own time zone, by the pattern of the page.
const { locale, moment } = document.documentElement.dataset;
const month = new Intl.DateTimeFormat(locale, { month: "long" });
const two = (n) => String(n).padStart(2, "0");
const show = (at) => moment
  .replace("{day}", at.getDate())
  .replace("{month}", month.format(at))
  .replace("{year}", at.getFullYear())
  .replace("{hour}", two(at.getHours()))
  .replace("{minute}", two(at.getMinutes()));
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) continue;
  if (time.hasAttribute("data-exact")) time.textContent = show(at);
  else time.title = show(at);
}
