package uitest

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestOutsideOfTheCatalogue(t *testing.T) {
	t.Parallel()
	root, err := html.Parse(strings.NewReader(`<title>⟦Sign in⟧ · Acme</title>
		<p>⟦We sent <bdi>it</bdi> to you⟧ 12 · <time>now</time> <code>x</code></p>
		<p>Forgotten ⟦text⟧</p><span aria-hidden="true">A</span>
		<button aria-label="Close" title="⟦Close⟧">⟦x⟧</button><img alt="a logo"><script>let a</script>`))
	if err != nil {
		t.Fatal(err)
	}
	s := &outside{data: []string{"Acme", ""}}
	s.walk(root)
	if want := []string{"Forgotten", "Close", "a logo"}; !slices.Equal(s.found, want) {
		t.Errorf("want %q, got %q", want, s.found)
	}
}
