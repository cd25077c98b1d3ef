document.querySelector("form[data-autopost]")?.requestSubmit();
