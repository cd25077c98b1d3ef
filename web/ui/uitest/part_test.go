package uitest

import "testing"

func TestOwnPart(t *testing.T) {
	t.Parallel()
	const page = `<title>Groups</title>
<script type="module" src="/static/copy.js"></script>
<script type="module" src="/static/reload.js"></script>
<body data-shell="desk">
<header>Northwind</header>
<main id="main" tabindex="-1">
<h1>Groups</h1>
</main>
<footer>Northwind</footer>`
	const want = `<title>Groups</title>
<script type="module" src="/static/reload.js"></script>
<body data-shell="desk">
<main id="main" tabindex="-1">
<h1>Groups</h1>
</main>
`
	got, err := ownPart(page)
	if err != nil || got != want {
		t.Errorf("want %q\ngot %q, %v", want, got, err)
	}
	if _, err := ownPart("<p>no page</p>"); err == nil {
		t.Error("a page without main has a part of its own")
	}
}
