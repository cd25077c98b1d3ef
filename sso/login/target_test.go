package login_test

import (
	"testing"

	"gatehouse/sso"
)

// TestTargetOfUnsolicitedResponse leads to the target of an unsolicited response, in every
// mode, and ignores that of a response to a request.
func TestTargetOfUnsolicitedResponse(t *testing.T) {
	each(t, func(w *world) {
		const target = "/login/continue/wiki?to=x"
		unsolicited := func() sso.Callback {
			cb := w.unsolicited(w.acme, "ada")
			cb.Target = target
			return cb
		}
		result, err := w.complete(w.acme, unsolicited())
		w.recorded(w.acme, err, sso.Forbidden, "idp_initiated_disabled")
		if result.ReturnTo != target {
			w.Errorf("off: start again leads to %q", result.ReturnTo)
		}
		w.idpInitiated(w.acme, sso.IDPInitiatedRebounce)
		result, err = w.complete(w.acme, unsolicited())
		w.ok(err)
		if result.Start == nil || result.Start.ReturnTo != target {
			w.Errorf("rebounce: %+v", result.Start)
		}
		w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
		result, err = w.complete(w.acme, unsolicited())
		w.ok(err)
		if result.ReturnTo != target {
			w.Errorf("direct leads to %q", result.ReturnTo)
		}
		solicited := w.answer(w.acme, "ada", w.begin(w.acme))
		solicited.Target = target
		result, err = w.complete(w.acme, solicited)
		w.ok(err)
		if result.ReturnTo == target {
			w.Error("a response to a request leads to its RelayState")
		}
	})
}
