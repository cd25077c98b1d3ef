package login_test

import (
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// TestFailureSaysWhereTheBrowserWantedToGo: starting again leads there, but only
// the browser that began the sign-in is told.
func TestFailureSaysWhereTheBrowserWantedToGo(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			leads := func(name string, cb sso.Callback, want string) {
				w.Helper()
				r, err := w.complete(c, cb)
				if err == nil || r.ReturnTo != want {
					w.Errorf("%s, %s: leads to %q with %v; want %q and an error", c.Key, name, r.ReturnTo, err, want)
				}
				r.ReturnTo = ""
				if r.Token != "" || r.User.ID != "" || r.Session.ID != "" {
					w.Errorf(
						"%s, %s: the result of an error has %+v", c.Key, name, r,
					)
				}
			}
			redirect := w.begin(c)
			c.idp.SetFaultOnce(demoidp.Denied)
			leads("denied", w.answer(c, "ada", redirect), "/wiki?p=1")
			redirect = w.begin(c)
			c.idp.SetFaultOnce(demoidp.Expired)
			leads("expired", w.answer(c, "ada", redirect), "/wiki?p=1")

			mine := w.answer(c, "ada", w.begin(c))
			other := mine
			other.Browser = sso.NewSecret()
			leads("another browser", other, "")
			other.Browser = ""
			leads("no cookie", other, "")
			_, err := w.complete(c, mine)
			w.ok(err)
			leads("a reload", mine, "/wiki?p=1")

			late := w.answer(c, "ada", w.begin(c))
			w.clock.Move(10 * time.Minute)
			leads("too late", late, "") // it is not kept for longer
		}
	})
}
