package uitest

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestHTMLChecksFindFaults shows that the check of HTML can fail.
func TestHTMLChecksFindFaults(t *testing.T) {
	t.Parallel()
	const bad = `<p style="x"><b onclick="x">b</b><script>x</script><style>x</style><a href=""></a><a href="javascript:x">x</a><table><tr><th>x</th></tr></table><form></form><i tabindex="3"></i>`
	root, _ := html.Parse(strings.NewReader(bad))
	d := &document{
		tags:   map[string]int{},
		ids:    map[string]int{},
		labels: map[string]bool{},
	}
	walkHTML(root, d)
	if len(d.faults) != 9 {
		t.Errorf("found %d of 9: %q", len(d.faults), d.faults)
	}
}
