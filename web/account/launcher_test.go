package account

import (
	"strings"
	"testing"

	"gatehouse/sso/launch"
)

// TestLauncher links the applications that open, says what the others need, and leaves
// the section out if there are none.
func TestLauncher(t *testing.T) {
	t.Parallel()
	wiki := launch.Launch{Name: "Wiki <b>", URL: "https://wiki.example.com/home"}
	payroll := launch.Launch{Name: "Payroll", URL: "https://pay.example.com/", Closed: true}
	named := payroll
	named.Missing = []string{"main/finance", "main/board"}
	for name, c := range map[string]struct {
		reach   []launch.Launch
		without bool // the person is in no group
		want    []string
		never   string
	}{
		"none":  {nil, false, []string{"My account"}, "h-applications"},
		"opens": {[]launch.Launch{wiki}, false, []string{`<a href="https://wiki.example.com/home"><bdi>Wiki &lt;b&gt;`}, "<b>"},
		"one host": {
			[]launch.Launch{
				{Name: "Wiki", URL: "https://apps.example.com/wiki?x=1"},
				{Name: "API", URL: "https://apps.example.com/api"},
				wiki,
			}, false,
			[]string{">apps.example.com/wiki<", ">apps.example.com/api<", ">wiki.example.com<"}, ">apps.example.com<",
		},
		"closed": {[]launch.Launch{payroll}, false, []string{"Payroll", "Needs a group that you are not in."}, "pay.example.com"},
		"named":  {[]launch.Launch{named}, false, []string{"Needs one of: <bdi>main/finance, main/board</bdi>"}, "pay.example.com"},
		"no group, one opens": {
			[]launch.Launch{wiki}, true, []string{"https://wiki.example.com/home", "You are in no group."}, "No access yet",
		},
		"no group, none opens": {[]launch.Launch{named}, true, []string{"No access yet"}, "h-applications"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.reach = c.reach
			if c.without {
				f.memberships = nil
			}
			body := f.do("GET", "/account").Body.String()
			for _, want := range c.want {
				if !strings.Contains(body, want) {
					t.Errorf("no %q", want)
				}
			}
			if strings.Contains(body, c.never) {
				t.Errorf("it has %q", c.never)
			}
		})
	}
}
